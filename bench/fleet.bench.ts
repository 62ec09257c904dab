import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@almanac/testkit';
import type pg from 'pg';
import type { Benchmark, Figure } from './benchmark.ts';
import { makeFleetEstate } from './fleet/fleet-estate.ts';
import { type FleetServer, makeFleetServer, processorSeconds } from './fleet/fleet-server.ts';
import { evaluationTimes } from './fleet/ring-evaluation.ts';
import { type SiteProcesses, startSites } from './fleet/site-processes.ts';
import { residentMegabytes } from './server-process.ts';

/** Bars are for 10,000 sites; ALMANAC_FLEET_SITES takes another number. */
const siteCount = Number(process.env['ALMANAC_FLEET_SITES'] ?? 10_000);
const heartbeatMs = 60_000;
const patienceSeconds = 300;

/** One server, its PostgreSQL and many sites on one machine; what the server costs is that of its process alone. */
export const benchmark: Benchmark = {
  name: 'fleet',
  about: `${siteCount} simulated sites over the real protocol, in processes of their own, and one server on its own PostgreSQL`,
  run: async () => {
    const server = await makeFleetServer();
    const closers: (() => Promise<void>)[] = [server.remove, server.stop];
    try {
      const sites = await startSites(server.url, siteCount);
      closers.push(sites.stop);
      await makeFleetEstate(server, sites.sites);
      const database = await server.database();
      const figures = [
        ...(await connectAll(server, sites)),
        ...(await changeAll(server, { database, version: '1.0.0', words: 'the first version' })),
        ...(await changeAll(server, { database, version: '1.1.0', words: 'a change' })),
        ...(await heartbeat(server)),
      ];
      await database.end();
      figures.push(...(await restart(server, sites)));
      figures.push({
        ...bar('100,000 sites in 4 rings, one evaluation (processor time)', 'ms', 1000),
        values: evaluationTimes(),
      });
      return figures;
    } finally {
      for (const close of closers.toReversed()) await close();
    }
  },
};

async function connectAll(server: FleetServer, sites: SiteProcesses): Promise<readonly Figure[]> {
  return measured(server, { words: 'all connected', seconds: 60 }, async () => {
    sites.tell({ kind: 'connect' });
    await whenWelcomed(sites);
  });
}

/** From the request to the last report that says that it runs. */
async function changeAll(
  server: FleetServer,
  input: { readonly database: pg.Client; readonly version: string; readonly words: string },
): Promise<readonly Figure[]> {
  const { client } = server;
  return measured(server, { words: `${input.words} on all sites`, seconds: 30 }, async () => {
    const plan = await client.createPlan({
      body: {
        environment: 'edge',
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'version', number: input.version } }],
        start: true,
      },
    });
    if (plan.state === 'draft')
      throw new Error(`the plan does not start: ${JSON.stringify(plan.findings.slice(0, 3))}`);
    await waitUntil(
      `version ${input.version} on all sites`,
      async () => {
        const { rows } = await input.database.query<{ count: number }>(
          `select count(*)::int as count from site_applications s join targets t using (application_id, operation)
           join plans p on p.id = t.plan_id where s.phase = 'healthy' and p.id = $1`,
          [plan.id],
        );
        return rows[0]?.count === siteCount;
      },
      patienceSeconds,
    );
    await waitUntil(
      'the plan to end',
      async () => (await client.getPlan({ params: { plan: plan.id } })).state === 'succeeded',
      patienceSeconds,
    );
  });
}

async function heartbeat(server: FleetServer): Promise<readonly Figure[]> {
  // What the change left behind ends first.
  await pause(5000);
  const before = processorSeconds(server.pid());
  await pause(heartbeatMs);
  const share = ((processorSeconds(server.pid()) - before) * 100_000) / heartbeatMs;
  return [{ ...bar('heartbeats', '% of a core', 25), values: [share] }];
}

/** While the server is away each site sees something new; nothing of it may be lost. */
async function restart(server: FleetServer, sites: SiteProcesses): Promise<readonly Figure[]> {
  await server.stop();
  const notice = 'seen while the server was away';
  sites.tell({ kind: 'note', notice });
  await server.start();
  const database = await server.database();
  try {
    return await measured(server, { words: 'all back after a restart, no report lost', seconds: 60 }, async () => {
      await waitUntil(
        'what sites saw to be known',
        async () => {
          const { rows } = await database.query<{ count: number }>(
            `select count(*)::int as count from sites where report -> 'notices' ->> 0 = $1`,
            [notice],
          );
          return rows[0]?.count === siteCount;
        },
        patienceSeconds,
      );
    });
  } finally {
    await database.end();
  }
}

async function whenWelcomed(sites: SiteProcesses): Promise<void> {
  await waitUntil('all sites to be connected', async () => (await sites.welcomed()) === siteCount, patienceSeconds);
}

/** How long something takes, the processor time of the server for it, and the most memory that it held meanwhile. */
async function measured(
  server: FleetServer,
  what: { readonly words: string; readonly seconds: number },
  work: () => Promise<void>,
): Promise<readonly Figure[]> {
  const pid = server.pid();
  const before = processorSeconds(pid);
  const began = performance.now();
  let most = residentMegabytes(pid);
  const watch = setInterval(() => {
    most = Math.max(most, residentMegabytes(pid));
  }, 250);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  const seconds = (performance.now() - began) / 1000;
  return [
    { ...bar(what.words, 's', what.seconds), values: [seconds] },
    { figure: `${what.words}: processor time of the server`, unit: 's', values: [processorSeconds(pid) - before] },
    { ...bar(`${what.words}: memory of the server`, 'MB', 1000), values: [most] },
  ];
}

function bar(figure: string, unit: string, most: number): Omit<Figure, 'values'> {
  return { figure, unit, bar: { words: `under ${most}`, holds: (median) => median < most } };
}
