import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@almanac/host';
import { type DrawnEstate, freePorts, waitUntil } from '@almanac/testkit';
import pg from 'pg';
import { Rows } from './rows.ts';

export interface ColdLoad {
  /** Seconds from the first row that the server reads to the index that answers; one for each start. */
  readonly seconds: readonly number[];
  /** Megabytes at the most, of the whole process, and of one on an empty database. */
  readonly megabytes: readonly number[];
  readonly emptyMegabytes: number;
}

/** Lets a server load its index from a database that holds an estate, as its own start does. */
export async function measureColdLoad(estate: DrawnEstate, starts: number): Promise<ColdLoad> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac-impact-'));
  const port = await freePorts(1);
  const password = 'bench';
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'loopback', port, password },
    guarded: true,
  });
  const { user, database } = postgres.connection;
  const address = `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  try {
    const empty = await startOnce({ directory, address });
    const session = new pg.Client({ connectionString: address });
    await session.connect();
    await seed(session, estate);
    await session.end();
    const loads: Started[] = [];
    for (let start = 0; start < starts; start += 1) loads.push(await startOnce({ directory, address }));
    return {
      seconds: loads.map((each) => each.seconds),
      megabytes: loads.map((each) => each.megabytes),
      emptyMegabytes: empty.megabytes,
    };
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Started {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Starts a server, waits until it has loaded its index, and stops it. */
async function startOnce(given: { readonly directory: string; readonly address: string }): Promise<Started> {
  const port = await freePorts(1);
  const main = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src', 'main.ts');
  const server = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      ALMANAC_PORT: String(port),
      ALMANAC_DATA: join(given.directory, 'data'),
      ALMANAC_LOG_LEVEL: 'error',
      DATABASE_URL: given.address,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    let metrics = '';
    await waitUntil('the index is loaded', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      metrics = (await answer?.text()) ?? '';
      return /^almanac_impact_index_loads 1$/m.test(metrics);
    });
    const seconds = Number(/^almanac_impact_index_load_seconds (\S+)$/m.exec(metrics)?.[1]);
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return { seconds, megabytes: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1000 };
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
}

/** Texts of the drawn estate as keys of the database. */
const asKey = (column: string) => `md5(${column})::uuid`;

const tables = {
  applications: {
    width: 1,
    insert: `insert into applications (id, name, display_name, repository, branch, manifest_path, created_at)
      select ${asKey('a')}, a, a, a, 'main', 'almanac.yaml', now() from unnest($1::text[]) t (a)`,
  },
  builds: {
    width: 3,
    insert: `insert into builds (id, application_id, number, job_id, state, branch, label, requested_by, created_at)
      select ${asKey('b')}, ${asKey('a')}, n::int, (select id from jobs limit 1), 'succeeded', 'main', b, 'bench', now()
      from unnest($1::text[], $2::text[], $3::text[]) t (b, a, n)`,
  },
  documents: {
    width: 2,
    insert: `insert into contract_documents select f, 'openapi', e::jsonb from unnest($1::text[], $2::text[]) t (f, e)
      on conflict do nothing`,
  },
  contracts: {
    width: 4,
    insert: `insert into build_contracts select ${asKey('b')}, m, c, f
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) t (b, m, c, f)`,
  },
  references: {
    width: 5,
    insert: `insert into build_references select ${asKey('b')}, m, c, e, nullif(f, '')
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) t (b, m, c, e, f)`,
  },
  targets: {
    width: 3,
    insert: `insert into targets select ${asKey('e')}, ${asKey('a')}, ${asKey('b')}, b, '{}', '', gen_random_uuid(), now()
      from unnest($1::text[], $2::text[], $3::text[]) t (e, a, b)`,
  },
} as const;

async function seed(session: pg.Client, estate: DrawnEstate): Promise<void> {
  await session.query(
    `insert into jobs (id, kind, work, state, created_at) values (gen_random_uuid(), 'build', '{}', 'ended', now())`,
  );
  for (const [position, environment] of estate.environments.entries())
    await session.query(
      `insert into environments (id, name, display_name, type, position, following, created_at)
       values (${asKey('$1::text')}, $1::text, $1::text, 'test', $2, '{"branch": null}', now())`,
      [environment, position],
    );
  const rows = Object.fromEntries(Object.entries(tables).map(([name, { width }]) => [name, new Rows(width)])) as Record<
    keyof typeof tables,
    Rows
  >;
  const flush = async () => {
    for (const [name, { insert }] of Object.entries(tables))
      await rows[name as keyof typeof tables].writeBy(session, insert);
  };
  for (const [at, application] of estate.applications.entries()) {
    rows.applications.add([application]);
    for (const build of estate.buildsOf(at)) {
      rows.builds.add([build.build, application, String(build.number)]);
      for (const { module, contract, elements } of build.provides) {
        const list = JSON.stringify(elements?.map(({ key, fingerprint }) => ({ key, label: key, fingerprint })));
        const fingerprint = createHash('sha256').update(list).digest('hex');
        rows.documents.add([fingerprint, list]);
        rows.contracts.add([build.build, module, contract, fingerprint]);
      }
      for (const { module, contract, elements } of build.consumes)
        for (const { key, builtAgainst } of elements)
          rows.references.add([build.build, module, contract, key, builtAgainst ?? '']);
    }
    for (const [number, environment] of estate.environments.entries())
      rows.targets.add([environment, application, estate.installed(number, at)]);
    if (at % 200 === 199) await flush();
  }
  await flush();
  await session.query('analyze');
}
