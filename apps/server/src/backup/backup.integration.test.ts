import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@almanac/host';
import { startSystemPostgres, systemPostgresBinaries } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../composition.ts';
import { readConfig, readDatabaseUrl } from '../config.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from '../server-for-tests.ts';
import { createBackup } from './create-backup.ts';
import type { Installation } from './open-for-maintenance.ts';
import { restoreBackup } from './restore-backup.ts';

const head = 'a'.repeat(40);
const secret = 'sk-live-of-the-shop';
const binaries = systemPostgresBinaries();

/** What people would look up after a restore. */
async function read(installation: Installation, tokens: string) {
  const server = await startServer(
    readConfig({
      ALMANAC_PORT: '0',
      ALMANAC_DATA: installation.data,
      ALMANAC_BOOTSTRAP_TOKENS: tokens,
      ALMANAC_LOG_LEVEL: 'silent',
      ...(installation.databaseUrl === undefined ? {} : { DATABASE_URL: installation.databaseUrl.reveal() }),
    }),
  );
  try {
    const token = (await readFile(join(tokens, 'launcher'), 'utf8')).trim();
    const get = async (path: string) =>
      (
        await server.http.inject({
          url: `/api/v1${path}`,
          headers: { host: '127.0.0.1', authorization: `Bearer ${token}` },
        })
      ).json();
    return {
      about: await get('/about'),
      applications: await get('/applications'),
      builds: await get('/applications/orders/builds'),
      settings: await get('/applications/orders/settings'),
      plans: await get('/plans'),
      audit: await get('/audit'),
    };
  } finally {
    await server.stop();
  }
}

describe('a backup', () => {
  let tests: ServerForTests;
  let directory: string;
  let backup: string;
  let source: Installation;

  const freshInstallation = async (databaseUrl?: string): Promise<Installation> => ({
    data: await mkdtemp(join(directory, 'restored-')),
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
  });
  const restore = (installation: Installation, options: { readonly from?: string; readonly replace?: boolean } = {}) =>
    restoreBackup({
      installation,
      from: options.from ?? backup,
      replace: options.replace ?? false,
      onProgress: () => undefined,
    });
  const take = (into: string, options: { readonly withKeys?: boolean } = {}) =>
    createBackup({
      installation: source,
      into,
      withKeys: options.withKeys ?? true,
      withArtifacts: true,
      onProgress: () => undefined,
    });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac backup '));
    tests = await startServerForTests();
    source = {
      data: join(tests.directory, 'data'),
      databaseUrl: readDatabaseUrl({ DATABASE_URL: process.env['TEST_DATABASE_URL'] }),
    };
    await tests.send('POST /environments', {
      body: { name: 'production', displayName: 'Production', type: 'production' },
    });
    await tests.send('POST /sites', { body: { name: 'berlin', environment: 'production' } });
    await addApplication(tests, {
      name: 'orders',
      head,
      settings: { PAYMENT_KEY: { secret: true } },
    });
    await tests.send('PUT /applications/orders/settings/PAYMENT_KEY', {
      body: { value: secret, place: { environment: 'production', level: 'environment' } },
    });
    const builder = scriptedBuilder(tests);
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name: 'orders', commits: [commitOf(head)] }));
    await tests.send('POST /plans', {
      body: {
        environment: 'production',
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'latest' } }],
        start: true,
      },
    });
    backup = join(directory, 'monday');
    await take(backup);
  });
  afterAll(async () => {
    await tests.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('is taken while the server runs, and opens to this account alone', async () => {
    expect((await stat(backup)).mode & 0o077).toBe(0);
    expect((await readdir(backup)).sort()).toEqual(['almanac-backup.json', 'artifacts', 'keys', 'tables']);
    expect((await tests.send('GET /applications')).status).toBe(200);
    await expect(take(backup)).rejects.toThrow('is there already');
  });

  it('brings everything back on a new machine, with a greater incarnation and no plan under way', async () => {
    const before = await tests.send('GET /about');
    const installation = await freshInstallation();

    const { incarnation } = await restore(installation);
    const found = await read(installation, join(directory, 'tokens-new-machine'));

    expect(incarnation).toBeGreaterThan(before.body.incarnation);
    expect(found.about.incarnation).toBe(incarnation);
    expect(found.applications.items).toMatchObject([{ name: 'orders' }]);
    expect(found.builds.items).toMatchObject([{ number: 1, commit: head }]);
    expect(found.settings.settings).toContainEqual(
      expect.objectContaining({ key: 'PAYMENT_KEY', values: [expect.objectContaining({ changedBy: 'launcher' })] }),
    );
    expect(found.plans.items).toMatchObject([
      { number: 1, state: 'cancelled', reason: 'the server was restored from a backup' },
    ]);
    expect(found.audit.items.map((each: { action: string }) => each.action)).toContain('installation-restored');
  });

  it.skipIf(binaries === undefined)(
    `brings everything back on ${binaries ?? 'another PostgreSQL, where Debian has one installed'}`,
    async () => {
      const postgres = await startSystemPostgres(binaries ?? '');
      try {
        const installation = await freshInstallation(postgres.url);

        await restore(installation);
        const found = await read(installation, join(directory, 'tokens-other-database'));

        expect(found.about.database.embedded).toBe(false);
        expect(found.builds.items).toMatchObject([{ number: 1, commit: head }]);
        await expect(restore({ ...installation, data: `${installation.data}-2` })).rejects.toThrow(
          'holds an installation; make an empty database',
        );
      } finally {
        await postgres.stop();
      }
    },
  );

  it('gives a greater incarnation each time that it is restored', async () => {
    const installation = await freshInstallation();
    const first = await restore(installation);
    await expect(restore(installation)).rejects.toThrow('--replace puts it aside');

    const second = await restore(installation, { replace: true });

    expect(second.incarnation).toBeGreaterThan(first.incarnation);
    expect(await readdir(second.putAside ?? '')).toEqual(['keys', 'postgres']);
  });

  it('is refused when one byte of it is not what it was', async () => {
    const damaged = join(directory, 'damaged');
    await take(damaged);
    await appendFile(join(damaged, 'tables', 'builds.copy.gz'), 'x');
    const installation = await freshInstallation();

    await expect(restore(installation, { from: damaged })).rejects.toThrow('builds.copy.gz has other content');

    expect(await readdir(installation.data)).toEqual([]);
  });

  it('without keys holds none of them, and is refused where they are others', async () => {
    const keyless = join(directory, 'keyless');
    await take(keyless, { withKeys: false });
    const key = (await readFile(join(source.data, 'keys', 'secrets.key'), 'utf8')).trim();

    for (const entry of await readdir(keyless, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect(await readFile(join(entry.parentPath, entry.name), 'latin1')).not.toContain(key);
    await expect(restore(await freshInstallation(), { from: keyless })).rejects.toThrow('taken without keys');
  });
});
