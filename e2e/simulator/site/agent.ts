import { forgetTheFuture, type SiteId } from '@almanac/domain';
import type { Process, Work } from '../kernel/kernel.ts';
import { beginning } from '../kernel/wall-clock.ts';
import type { Network } from '../server/network.ts';
import type { ServerNode } from '../server/node.ts';
import type { World } from '../world.ts';
import { convergeApplication, newRecord, recordsOf, type SiteContext, takeOver } from './converge.ts';
import { openDesiredStore } from './desired-store.ts';
import { type ApplicationRecord, openJournal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { DesiredApplication, ReportedApplication, SignedDocument, SiteReport } from './messages.ts';
import { createPreparation, isThere, type Prepared } from './preparation.ts';
import { keepConnected } from './transport.ts';

/** Whatever changes on the machine wakes the agent; in between only time takes a rollout further. */
const actingMs = 50;
const movingMs = 1500;
const restingMs = 15_000;

/** One life of an agent: from its start until it is killed. Nothing but the machine outlives it. */
export interface Agent {
  readonly context: SiteContext;
  readonly generation: () => { readonly incarnation: number; readonly generation: number };
  /** Takes a document as if it had come over its connection; says whether there is one. */
  readonly hear: (signed: SignedDocument) => boolean;
  readonly end: () => void;
}

export function startAgent(given: {
  readonly world: World;
  readonly site: { readonly id: SiteId; readonly name: string };
  readonly machine: Machine;
  readonly process: Process;
  readonly network: Network;
  readonly nodes: readonly ServerNode[];
}): Agent {
  const { world, site, machine, process } = given;
  const skewAtStart = machine.skew;
  const steadyNow = () => beginning + world.kernel.now() + skewAtStart;
  const life = process.life();
  // What still comes by a connection of an agent that is dead wakes nobody.
  const spawn = (work: Work) => {
    if (process.life() === life) process.spawn(work);
  };
  const desired = openDesiredStore(world, { machine, site });
  const journal = openJournal(world, { machine, site: site.name });
  let ended = false;
  let turn = 0;
  let busy = false;
  let again = false;
  const begin = (mine: number) => {
    if (ended || mine !== turn || busy) return;
    busy = true;
    spawn(run());
  };
  const lookIn = (ms: number) => {
    turn += 1;
    const mine = turn;
    world.kernel.after(ms, () => begin(mine));
  };
  const wake = () => {
    if (busy) again = true;
    else lookIn(5);
  };
  const transport = keepConnected({ ...given, site: site.id, desired, onDesired: wake, spawn });
  const preparation = createPreparation({ world, machine, isConnected: transport.isConnected, spawn, wake });
  const context: SiteContext = {
    world,
    name: site.name,
    machine,
    journal,
    vitals: new Map(),
    steadyNow,
    isPrepared: (application) => isThere(machine, application),
    spawn,
    wake,
  };
  if (!world.has('trust-future-times')) comeBackToNow(context);
  takeOver(context);
  machine.onChange(wake);

  const tell = (report: SiteReport) => {
    world.watch.told(site.name, report);
    transport.report(report);
  };

  function* run(): Work {
    world.story.count('pass of an agent');
    world.watch.goesBy(site.name, desired.current(), desired.durable());
    const { incarnation = 0, generation = 0, applications: wanted = [] } = desired.current() ?? {};
    const { reports, pauseMs } = yield* pass(context, { wanted, preparation });
    const report = { incarnation, generation, applications: reports };
    if (world.has('report-before-journal')) tell(report);
    yield* journal.save();
    world.watch.rested(site.name, journal.state);
    tell(report);
    busy = false;
    lookIn(again ? 0 : pauseMs);
    again = false;
  }
  lookIn(1);
  return {
    context,
    generation: () => desired.current() ?? { incarnation: 0, generation: 0 },
    hear: transport.hear,
    end: () => {
      ended = true;
    },
  };
}

/** A clock that was set back since the journal was written would let deadlines wait for as long. */
function comeBackToNow({ journal, steadyNow }: SiteContext): void {
  const now = steadyNow();
  for (const record of journal.state.instances) {
    record.startedAt = Math.min(record.startedAt, now);
    record.drainingSince = Math.min(record.drainingSince, now);
  }
  for (const record of Object.values(journal.state.applications)) {
    record.rollout = forgetTheFuture(record.rollout, now);
    record.steps = record.steps.map((each) => ({ ...each, startedAt: Math.min(each.startedAt, now) }));
  }
}

/** One look at the whole site, in the order of the agent's site loop. */
function* pass(
  site: SiteContext,
  given: {
    readonly wanted: readonly DesiredApplication[];
    readonly preparation: { readonly of: (application: DesiredApplication) => Prepared };
  },
): Work<{ readonly reports: readonly ReportedApplication[]; readonly pauseMs: number }> {
  const { preparation } = given;
  const { applications } = site.journal.state;
  const running = given.wanted.filter((each) => !each.stageOnly);
  const reports = given.wanted.filter((each) => each.stageOnly).map((each) => reportStaged(each, preparation.of(each)));
  let pauseMs = reports.some((each) => each.phase === 'pulling') ? movingMs : restingMs;
  for (const application of running) {
    const prepared = preparation.of(application);
    if (prepared === 'ready') ensureRecord(site, application);
    else if (applications[application.application] === undefined) {
      reports.push(reportStaged(application, prepared));
      pauseMs = movingMs;
    }
  }
  for (const record of Object.values(applications)) {
    const wanted = running.find((each) => each.application === record.id) ?? null;
    const prepared = wanted === null ? 'ready' : preparation.of(wanted);
    // Until its files are here an application stays what it is.
    const target = prepared === 'ready' ? wanted : stableSpec(record);
    yield 1;
    const converged = yield* convergeApplication(site, { record, wanted: target });
    if (converged.acted) pauseMs = actingMs;
    else if (converged.moving || prepared === 'pulling') pauseMs = Math.min(pauseMs, movingMs);
    const isAtRest = record.rollout.phase === 'idle' && recordsOf(site, record).length === 0;
    // What runs by itself to its end must be known until then, or it would be begun once more beside itself.
    if (wanted === null && isAtRest && !record.steps.some((each) => each.state === 'running')) {
      delete applications[record.id];
      site.world.watch.forgotten(site.name, record.id);
    } else reports.push(reportApplication(record, wanted, prepared));
  }
  return { reports, pauseMs };
}

function ensureRecord(site: SiteContext, application: DesiredApplication): void {
  const { applications } = site.journal.state;
  const record = applications[application.application] ?? newRecord(application);
  applications[application.application] = record;
  record.specs[application.target.operation] = application;
}

function stableSpec(record: ApplicationRecord): DesiredApplication | null {
  const { stable } = record.rollout;
  return stable === null ? null : (record.specs[stable.operation] ?? null);
}

function reportApplication(
  record: ApplicationRecord,
  wanted: DesiredApplication | null,
  prepared: Prepared,
): ReportedApplication {
  const { rollout } = record;
  const phase = prepared === 'ready' ? rollout.phase : prepared;
  return {
    application: record.id,
    operation: wanted?.target.operation ?? rollout.stable?.operation ?? '',
    phase: phase === 'idle' ? 'removing' : phase,
    message: rollout.failed?.reason ?? rollout.message,
    step: rollout.stepping?.step ?? null,
    waits: rollout.phase === 'stepping' && rollout.stepping?.hold != null,
  };
}

/** An application whose files are brought ahead of its switch. */
function reportStaged(wanted: DesiredApplication, prepared: Prepared): ReportedApplication {
  const phase = prepared === 'ready' ? 'staged' : prepared;
  const message = prepared === 'failed' ? 'its artifact is damaged' : null;
  const { operation } = wanted.target;
  return { application: wanted.application, operation, phase, message, step: null, waits: false };
}
