import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSitePostgres, type SitePostgres } from './site-postgres.ts';

let directory: string;
let databases: SitePostgres;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac databases '));
  await chmod(directory, 0o700);
  databases = createSitePostgres(directory);
});

afterEach(async () => {
  await databases.stop();
  await rm(directory, { recursive: true, force: true });
});

const anOwner = (
  other: { readonly place?: string; readonly id?: string; readonly name?: string; readonly connection?: string } = {},
) => ({
  place: other.place ?? 'development',
  application: { id: other.id ?? 'application-1', name: other.name ?? 'orders' },
  connection: other.connection ?? 'DATABASE_URL',
});

async function query(address: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the databases of a site', () => {
  it('are made once, and the same again for the same connection, by a later agent too', async () => {
    const [first, second] = await Promise.all([databases.provision(anOwner()), databases.provision(anOwner())]);
    await query(first, 'create table kept as select 1 as one');

    const later = await createSitePostgres(directory).provision(anOwner());

    expect(second).toBe(first);
    expect(later).toBe(first);
    expect(await query(later, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('are back after their PostgreSQL was killed, also for an agent that was started since', async () => {
    const address = await databases.provision(anOwner());
    await query(address, 'create table kept as select 1 as one');
    const kill = async () => {
      const pid = Number.parseInt(await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    };
    expect(await databases.keepRunning()).toBe('well');

    await kill();
    expect(await databases.keepRunning()).toBe('started');
    expect(await query(address, 'select one from kept')).toEqual([{ one: 1 }]);
    await kill();
    databases = createSitePostgres(directory);

    expect(await databases.keepRunning()).toBe('started');
    expect(await query(address, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('go back to a backup on a PostgreSQL of their own, and leave those of others where they are', async () => {
    const address = await databases.provision(anOwner());
    const other = await databases.provision(anOwner({ id: 'application-2' }));
    await query(address, 'create table kept as select 1 as one');
    const backUp = (before: string) => databases.backUp({ application: 'application-1', before, kept: 2 });
    const backup = await backUp('1.4.0');
    await query(address, 'drop table kept');
    await query(other, 'create table theirs as select 2 as two');

    const restored = await databases.restore({ application: 'application-1', backup: backup?.name ?? '' });
    const now = await databases.provision(anOwner());

    expect(restored).toEqual(['DATABASE_URL']);
    expect(now).not.toBe(address);
    expect(await query(now, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(await databases.provision(anOwner({ id: 'application-2' }))).toBe(other);
    expect(await query(other, 'select two from theirs')).toEqual([{ two: 2 }]);
    const later = createSitePostgres(directory);
    expect(await later.provision(anOwner())).toBe(now);
    await expect(later.restore({ application: 'application-3', backup: backup?.name ?? '' })).rejects.toThrow(
      'holds no database of this application',
    );
  });

  it('are backed up while somebody writes, and only the newest backups are kept', async () => {
    const address = await databases.provision(anOwner());
    await query(address, 'create table numbers (n int)');
    const written: number[] = [];
    const writing = (async () => {
      const client = new pg.Client(address);
      await client.connect();
      for (let n = 1; n <= 300; n += 1) {
        await client.query('insert into numbers values ($1)', [n]);
        written.push(n);
      }
      await client.end();
    })();
    const before = written.length;
    const taken = [];
    for (const label of ['1', '2', '3'])
      taken.push(await databases.backUp({ application: 'application-1', before: label, kept: 2 }));
    await writing;

    expect((await databases.backups()).map((each) => each.before)).toEqual(['3', '2']);
    await databases.restore({ application: 'application-1', backup: taken[2]?.name ?? '' });
    const [row] = await query(await databases.provision(anOwner()), 'select count(*)::int as n from numbers');
    expect(row?.['n']).toBeGreaterThanOrEqual(before);
  });

  it('stay with an application that is called otherwise', async () => {
    const before = await databases.provision(anOwner({ name: 'orders' }));

    expect(await databases.provision(anOwner({ name: 'sales' }))).toBe(before);
  });

  it.each([
    ['another application', anOwner({ id: 'application-2' })],
    ['another site', anOwner({ place: 'quality' })],
    ['another connection', anOwner({ connection: 'ARCHIVE_URL' })],
  ])('are closed to %s, whatever it is called', async (_title, other) => {
    const own = await databases.provision(anOwner());
    const theirs = await databases.provision(other);
    const [mine, foreign] = [new URL(own), new URL(theirs)];

    expect(foreign.pathname).not.toBe(mine.pathname);
    foreign.pathname = mine.pathname;
    await expect(query(foreign.href, 'select 1')).rejects.toThrow('permission denied for database');
  });

  it('never share a name, though their words run together', async () => {
    const one = await databases.provision(anOwner({ place: 'a', id: '1', name: 'b-c', connection: 'D' }));
    const two = await databases.provision(anOwner({ place: 'a-b', id: '2', name: 'c', connection: 'D' }));
    const long = 'x'.repeat(60);
    const three = await databases.provision(anOwner({ id: '3', name: long }));
    const four = await databases.provision(anOwner({ id: '4', name: long }));

    expect(new Set([one, two, three, four].map((each) => new URL(each).pathname)).size).toBe(4);
  });
});
