import type { Job } from '../database/tables.ts';
import type { Process, Work } from '../kernel/kernel.ts';
import { beginning } from '../kernel/wall-clock.ts';
import type { World } from '../world.ts';
import { advanceOnce } from './advance.ts';
import { startWaitingDrafts } from './follow.ts';
import { openPlans } from './jobs.ts';
import type { Connection } from './network.ts';
import { quietly } from './quietly.ts';
import { noteSilentSites } from './reports.ts';
import { type Hub, pushDocument, serveAgent } from './serve-agent.ts';

const pollMs = 1000;
const sweepMs = 20_000;

/** One server node: a process with the agents that are connected to it. */
export interface ServerNode {
  readonly process: Process;
  /** Takes a connection of an agent over. */
  readonly accept: (connection: Connection) => void;
  readonly start: () => void;
  /** Looks for what it should do, at once. */
  readonly notify: () => void;
  readonly setClock: (skew: number) => void;
  readonly clock: () => number;
}

export function createNode(world: World, name: string): ServerNode {
  const process = world.kernel.createProcess(name);
  const hub: Hub = new Map();
  let skew = 0;
  const clock = () => beginning + world.kernel.now() + skew;
  const pass = (job: Job) => process.spawn(runJob(world, { job, process, clock }));
  const notify = () => {
    if (!process.alive() || !world.database.isUp()) return;
    for (const job of world.database.tables().jobs) {
      if (job.lockedBy !== null || job.runAt > world.database.now()) continue;
      job.lockedBy = name;
      pass(job);
    }
    for (const site of hub.keys()) pushDocument(world, hub, site);
  };
  return {
    process,
    accept: (connection) => serveAgent(world, { connection, hub, process }),
    start: () => {
      hub.clear();
      process.spawn(repeat(pollMs, () => notify()));
      process.spawn(repeatWork(world, 10_000, () => noteSilentSites(world)));
      process.spawn(repeatWork(world, 10_000, () => startWaitingDrafts(world)));
      if (world.has('lost-wake-up')) return;
      process.spawn(repeatWork(world, sweepMs, () => sweep(world, clock)));
    },
    notify,
    setClock: (given) => {
      skew = given;
    },
    clock,
  };
}

/** Whatever hint was lost, whichever node died: each plan that is not at its end is looked at again. */
function* sweep(world: World, clock: () => number): Work {
  if (!world.database.isUp()) return;
  for (const { body } of openPlans(world.database.tables()))
    yield* quietly(world, advanceOnce(world, { plan: body.id, clock }));
}

function* runJob(
  world: World,
  given: { readonly job: Job; readonly process: Process; readonly clock: () => number },
): Work {
  const { job } = given;
  const done = yield* quietly(world, advanceOnce(world, { plan: job.plan, clock: given.clock }));
  const { jobs } = world.database.tables();
  const place = jobs.indexOf(job);
  if (place < 0) return;
  if (done) jobs.splice(place, 1);
  else {
    job.lockedBy = null;
    job.runAt = world.database.now() + world.chance.between(500, 5000);
  }
}

function* repeat(everyMs: number, act: () => void): Work {
  for (;;) {
    act();
    yield everyMs;
  }
}

function repeatWork(world: World, everyMs: number, work: () => Work) {
  return (function* (): Work {
    for (;;) {
      yield everyMs;
      yield* quietly(world, work());
    }
  })();
}
