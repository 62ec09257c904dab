import { createHash } from 'node:crypto';
import type { FleetServer } from './fleet-server.ts';
import type { SiteKeys } from './sites.ts';

const application = 'orders';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const commitOf = (digit: string) => ({
  hash: digit.repeat(40),
  parents: [],
  author: 'Ada',
  at: '2026-01-01T00:00:00.000Z',
  subject: 'feat: something',
});
const manifest = {
  application,
  modules: { web: { path: '.', start: 'node server.js', health: '/healthz' } },
  connections: {},
  settings: { CURRENCY: { default: 'EUR' } },
};

/** An environment with enrolled sites, and an application with two versions; builds are told, nothing is built. */
export async function makeFleetEstate(server: FleetServer, sites: readonly SiteKeys[]): Promise<void> {
  const { client } = server;
  const environment = await client.createEnvironment({
    body: { name: 'edge', displayName: 'Edge', type: 'production' },
  });
  await enrolAll(server, { environment: environment.id, sites });
  const inspection = await client.createInspection({ body: { repository: '/srv/orders' } });
  await complete(server, { kind: 'inspected', commit: commitOf('a'), manifest });
  await client.createApplication({ body: { inspection: inspection.id } });
  for (const [digit, number] of [
    ['a', '1.0.0'],
    ['b', '1.1.0'],
  ] as const) {
    if (digit === 'b') await client.reportPush({ params: { application }, body: { commit: commitOf('b').hash } });
    const work = await complete(server, await builtResult(server, digit));
    await client.createVersion({ params: { application }, body: { build: work.build as never, number } });
  }
}

/** Enrolment is a matter of minutes for people and of a limit for guessers; here the keys are written at once. */
async function enrolAll(
  server: FleetServer,
  input: { readonly environment: string; readonly sites: readonly SiteKeys[] },
): Promise<void> {
  const database = await server.database();
  await database.query(
    `insert into sites (id, name, environment_id, labels, signing_key, sealing_key, enrolled_at, created_at)
     select id, 'edge-' || lpad(position::text, 6, '0'), $1, jsonb_build_object('line', 'line-' || position % 500,
       'tier', case when position % 100 = 1 then 'canary' else 'shop' end), signing_key, sealing_key, now(), now()
     from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as keys (id, signing_key, sealing_key, position)`,
    [
      input.environment,
      input.sites.map((each) => each.id),
      input.sites.map((each) => each.signingKey),
      input.sites.map((each) => each.sealingKey),
    ],
  );
  await database.query('analyze sites');
  await database.end();
}

async function complete(server: FleetServer, result: unknown): Promise<{ readonly build?: string }> {
  const claimed = (await server.asBuilder('POST', '/builders/claims', { builder: 'scripted', wait: 5 })) as {
    readonly job: { readonly id: string; readonly fence: number; readonly work: { readonly build?: string } } | null;
  };
  if (claimed.job === null) throw new Error('there is no job for the builder');
  await server.asBuilder('POST', `/builders/jobs/${claimed.job.id}/complete`, { fence: claimed.job.fence, result });
  return claimed.job.work;
}

async function builtResult(server: FleetServer, digit: string): Promise<unknown> {
  const content = `module at ${digit}`;
  const index = `index of ${content}`;
  for (const each of [content, index]) await server.asBuilder('PUT', `/builders/artifacts/${digestOf(each)}`, each);
  return {
    kind: 'built',
    commit: commitOf(digit).hash,
    commits: [commitOf(digit)],
    index: digestOf(index),
    manifest,
    modules: [
      {
        name: 'web',
        inputKey: digestOf(`key of ${content}`),
        artifact: { digest: digestOf(content), size: content.length },
        reused: false,
        durationMs: 1,
      },
    ],
    evidence: [],
  };
}
