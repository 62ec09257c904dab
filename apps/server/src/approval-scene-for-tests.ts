import type pg from 'pg';
import { obedientSite } from './obedient-site-for-tests.ts';
import { watchPlans } from './plan-watch-for-tests.ts';
import { startSecondServer } from './second-server-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

export const names = ['ada', 'bob', 'cleo', 'dan'] as const;
export type Name = (typeof names)[number];
export const environments = ['quality', 'production'] as const;
export type Environment = (typeof environments)[number];
export const versions = ['0.1.0', '0.1.1', '0.1.2'] as const;
const settings = { GREETING: { default: 'hello' } };

/** Two servers on one database, an application with three versions, two environments, and four people. */
export interface ApprovalScene {
  readonly servers: readonly string[];
  readonly administrator: string;
  readonly tokens: ReadonlyMap<Name, string>;
  readonly keys: ReadonlyMap<Environment, string>;
  readonly session: pg.Client;
  readonly site: ReturnType<typeof obedientSite>;
  readonly watch: Awaited<ReturnType<typeof watchPlans>>;
  readonly stop: () => Promise<void>;
}

export async function openApprovalScene(): Promise<ApprovalScene> {
  // Nobody is slowed down: how many may ask in a minute is tested elsewhere.
  const unlimited = { ALMANAC_REQUESTS_PER_MINUTE: '10000000' };
  const tests = await startServerForTests(unlimited);
  const session = await tests.connect();
  await buildVersions(tests);
  const keys = new Map<Environment, string>();
  for (const name of environments) {
    const type = name === 'production' ? name : 'test';
    const { body } = await tests.send('POST /environments', { body: { name, displayName: name, type } });
    keys.set(name, body.id);
    await tests.send('POST /sites', { body: { name: `${name}-one`, environment: name } });
  }
  const tokens = new Map<Name, string>();
  for (const name of names)
    tokens.set(name, (await tests.send('POST /principals', { body: { name, role: 'operator' } })).body.secret);
  const second = await startSecondServer(tests, unlimited);
  return {
    servers: [tests.server.url, second.url],
    administrator: tests.administrator,
    tokens,
    keys,
    session,
    site: obedientSite(session),
    watch: await watchPlans(session),
    stop: async () => {
      await second.stop();
      await tests.stop();
    },
  };
}

async function buildVersions(tests: ServerForTests): Promise<void> {
  const builder = scriptedBuilder(tests);
  const commits = versions.map((_, at) => String(at + 1).repeat(40));
  await addApplication(tests, { name: 'orders', head: commits[0] ?? '', settings });
  for (const [at, commit] of commits.entries()) {
    if (at > 0) await tests.send('POST /applications/orders/push-events', { body: { commit } });
    const job = await builder.claim();
    const commitsOfBuild = [commitOf(commit, at === 0 ? [] : [commits[at - 1] ?? ''])];
    await builder.complete(job, await builtResult(tests, { name: 'orders', commits: commitsOfBuild, settings }));
    const body = { build: job.work.build, number: versions[at] };
    await tests.send('POST /applications/orders/versions', { body });
  }
}
