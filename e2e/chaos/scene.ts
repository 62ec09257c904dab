import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningPostgres } from '@almanac/host';
import { addApplication, type Estate, type EstateOptions, loadSample, startEstate, waitUntil } from '@almanac/testkit';
import pg from 'pg';
import { type Acknowledgements, startWriters } from './acknowledgements.ts';
import { type Deployments, startDeployments, wasGivenUp } from './deployments.ts';
import { type Effects, startEffects } from './effects.ts';
import { type Orders, startOrders } from './orders.ts';

/** An estate at work, and the ledgers beside it that say what it acknowledged and did. */
export interface Scene {
  readonly estate: Estate;
  readonly writes: Acknowledgements;
  readonly orders: Orders;
  readonly effects: Effects;
  readonly deployments: Deployments;
  /** Whether there is enough going on for a fault to count. */
  readonly isBusy: () => boolean;
  /** Ends the work and says what was lost, done twice or left behind, in words; empty when all is well. */
  readonly settle: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

const writers = 8;
/** A fault counts when so many writes were acknowledged in the second before it. */
export const leastPerSecond = 50;

export interface SceneOptions extends EstateOptions {
  /** Within how long a deployment must end, faults included; two minutes unless given. */
  readonly patienceSeconds?: number;
}

/** Starts an estate with the sample, writers, orders, and deployments one after the other. */
export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac ledgers '));
  const effects = await startEffects(directory);
  const estate = await startEstate(undefined, options);
  const { client } = estate;
  await loadSample(client);
  await addApplication(client, effects.repository.path);
  const writes = startWriters(client, writers);
  const orders = startOrders(estate.sitePorts[0]);
  const deployments = startDeployments(client, effects, options.patienceSeconds ?? 120);
  return {
    estate,
    writes,
    orders,
    effects,
    deployments,
    isBusy: () => writes.within(1000) >= leastPerSecond,
    settle: async () => {
      const stuck = await deployments.stop();
      await Promise.all([writes.stop(), orders.stop()]);
      return [
        ...stuck,
        ...(await writes.missing()),
        ...(await orders.missing()),
        ...wrongEffects(effects, deployments.turns()),
        ...(await unfinishedWork(estate)),
        ...(await auditFaults(estate, writes.totals())),
      ];
    },
    remove: async () => {
      await estate.stop();
      await estate.remove();
      await effects.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Every turn that was deployed migrated once. */
function wrongEffects(effects: Effects, turns: number): readonly string[] {
  const byTurn = effects.byTurn();
  const wrong = Array.from({ length: turns + 1 }, (_, turn) => ({ turn, times: byTurn.get(turn) ?? 0 }));
  return wrong.filter(({ times }) => times !== 1).map(({ turn, times }) => `turn ${turn} migrated ${times} times`);
}

/** Plans and builds that are neither at an end nor on their way to one. */
async function unfinishedWork({ client }: Estate): Promise<readonly string[]> {
  const open = async () => (await client.listPlans({ query: { active: 'true', limit: 200 } })).items;
  const ended = waitUntil('the plans to end', async () => (await open()).length === 0, 60);
  await ended.catch(() => undefined);
  const plans = (await open()).map((plan) => `plan ${plan.number} is ${plan.state}`);
  const { items } = await client.listBuilds({ params: { application: 'effects' }, query: { limit: 200 } });
  const builds = items
    .filter((each) => each.state !== 'succeeded' && !wasGivenUp(each))
    .map((each) => `build ${each.number} is ${each.state}: ${each.fault?.detail ?? ''}`);
  return [...plans, ...builds];
}

/** The audit has an entry for each acknowledged write, at most one for each that nobody answered, and an unbroken chain. */
async function auditFaults(
  estate: Estate,
  totals: { readonly acknowledged: number; readonly unknown: number },
): Promise<readonly string[]> {
  const session = new pg.Client(runningPostgres(join(estate.data, 'postgres')));
  await session.connect();
  try {
    const { rows } = await session.query<{ entries: string; twice: string; gaps: string }>(`
      select count(*) filter (where action = 'setting-changed')::text as entries,
        (select count(*)::text from (select 1 from audit where action = 'setting-changed'
           group by detail::jsonb -> 'place', detail::jsonb -> 'value' having count(*) > 1) as d) as twice,
        (max(sequence) - count(sequence))::text as gaps
      from audit`);
    const { entries = '0', twice = '0', gaps = '0' } = rows[0] ?? {};
    const [least, most] = [totals.acknowledged, totals.acknowledged + totals.unknown];
    return [
      ...(Number(entries) < least || Number(entries) > most
        ? [`the audit has ${entries} entries of writes, ${least} to ${most} were made`]
        : []),
      ...(twice === '0' ? [] : [`the audit has ${twice} writes twice`]),
      ...(gaps === '0' ? [] : [`the audit misses ${gaps} entries`]),
    ];
  } finally {
    await session.end();
  }
}
