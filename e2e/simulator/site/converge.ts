import {
  advanceRollout,
  type InstanceOrder,
  idleRollout,
  keptSteps,
  type ObservedInstance,
  operationsInUse,
  planInstances,
  type RolloutDesired,
  type RolloutObservation,
  type RolloutTarget,
} from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { beginAnalyses, observedAnalyses } from './analyses.ts';
import { adoptInstance, observeInstance, type Vital } from './instances.ts';
import { type ApplicationRecord, type InstanceRecord, type Journal, journalPath } from './journal.ts';
import type { Machine } from './machine.ts';
import type { DesiredApplication } from './messages.ts';
import { ensureStep, lookAtSteps, toldState } from './steps.ts';

/** What an agent works with while it looks after one site. */
export interface SiteContext {
  readonly world: World;
  readonly name: string;
  readonly machine: Machine;
  readonly journal: Journal;
  readonly vitals: Map<string, Vital>;
  /** Milliseconds since the epoch by the clock of the machine as it was when the agent started, and what passed since. */
  readonly steadyNow: () => number;
  readonly isPrepared: (application: DesiredApplication) => boolean;
  /** Begins work that goes on beside the passes, and dies with the agent. */
  readonly spawn: (work: Work) => void;
  /** Something changed: look now. */
  readonly wake: () => void;
}

export interface Converged {
  /** Whether the rollout goes on by itself. */
  readonly moving: boolean;
  /** Whether anything was ordered: then the next look comes at once. */
  readonly acted: boolean;
}

/** One pass for one application, in the order of the agent's `convergeApplication`: observe, decide, act. */
export function* convergeApplication(
  site: SiteContext,
  given: { readonly record: ApplicationRecord; readonly wanted: DesiredApplication | null },
): Work<Converged> {
  const { record, wanted } = given;
  const now = site.steadyNow();
  yield* lookAtSteps(site, record, now);
  const observation = observe(site, record, now);
  const target = site.world.has('no-deadline') ? withoutDeadline(wanted?.target ?? null) : (wanted?.target ?? null);
  const command = wanted?.command ?? null;
  const { rollout, desired } = advanceRollout(record.rollout, { target, observation, command }, now);
  site.world.watch.passed({ site: site.name, record, rollout, observation, desired, now });
  if (rollout.phase !== record.rollout.phase)
    site.world.story.tell(
      site.name,
      `${record.name}: ${rollout.phase}${rollout.message === null ? '' : ` (${rollout.message})`}`,
    );
  record.rollout = rollout;
  knowBaseline(site, record, desired);
  beginAnalyses(record, desired.analyses, now);
  const graceOf = (each: ObservedInstance) => stopGraceOf(record, each);
  const startLimit = (each: ObservedInstance) => startLimitOf(site, record, each);
  const orders = planInstances({ desired, instances: observation.instances, stopGrace: graceOf, startLimit }, now);
  const launched = orders.flatMap((order) => carryOut(site, { record, order, now }));
  yield* launch(site, record, launched);
  for (const step of desired.steps) yield* ensureStep(site, { record, step, now });
  forgetOldSpecs(site, record);
  const resting = new Set(['healthy', 'failed', 'idle']);
  return { moving: !resting.has(rollout.phase), acted: orders.length > 0 };
}

/** Instances of a baseline are started by the specification of what they stand for. */
function knowBaseline(site: SiteContext, record: ApplicationRecord, { baseline }: RolloutDesired): void {
  const of = site.world.has('baseline-of-the-candidate') ? record.rollout.candidate?.operation : baseline?.of;
  const spec = record.specs[of ?? ''];
  if (baseline === null || spec === undefined) return;
  record.specs[baseline.operation] ??= spec;
  site.world.nature.knowBaseline(baseline);
}

export function newRecord(application: DesiredApplication): ApplicationRecord {
  return {
    id: application.application,
    name: application.name,
    rollout: idleRollout,
    specs: {},
    steps: [],
    analyses: [],
  };
}

function withoutDeadline(target: RolloutTarget | null): RolloutTarget | null {
  if (target === null) return null;
  return { ...target, modules: target.modules.map((each) => ({ ...each, progressDeadline: 1e12 })) };
}

function observe(site: SiteContext, record: ApplicationRecord, now: number): RolloutObservation {
  return {
    instances: recordsOf(site, record).map((each) => observeInstance(site, each, now)),
    steps: record.steps
      .filter((each) => each.abandoned !== true)
      .map((each) => ({
        step: each.step,
        module: each.module,
        operation: each.operation,
        state: toldState(each),
        message: null,
      })),
    analyses: observedAnalyses(site, record, now),
  };
}

export function recordsOf(site: SiteContext, record: ApplicationRecord): readonly InstanceRecord[] {
  return site.journal.state.instances.filter((each) => each.application === record.id);
}

function stopGraceOf(record: ApplicationRecord, instance: Pick<ObservedInstance, 'operation' | 'module'>): number {
  const modules = record.specs[instance.operation]?.target.modules ?? [];
  return modules.find((each) => each.name === instance.module)?.stopGrace ?? 30_000;
}

/** As long as a rollout would wait for it, and a little more, so that a rollout that waits says itself that it failed. */
function startLimitOf(site: SiteContext, record: ApplicationRecord, instance: ObservedInstance): number {
  if (site.world.has('no-deadline')) return Number.POSITIVE_INFINITY;
  const modules = record.specs[instance.operation]?.target.modules ?? [];
  const deadline = modules.find((each) => each.name === instance.module)?.progressDeadline ?? 60_000;
  return deadline + stopGraceOf(record, instance);
}

/** Gives the instances that are to be launched for it. */
function carryOut(
  site: SiteContext,
  given: { readonly record: ApplicationRecord; readonly order: InstanceOrder; readonly now: number },
): readonly InstanceRecord[] {
  const { record, order, now } = given;
  const { state } = site.journal;
  if (order.kind === 'start') {
    const fresh: InstanceRecord = {
      id: site.world.newId('instance'),
      application: record.id,
      module: order.module,
      operation: order.operation,
      started: false,
      startedAt: now,
      failures: 0,
      draining: false,
      drainingSince: 0,
      stopping: false,
    };
    state.instances.push(fresh);
    return [fresh];
  }
  const instance = state.instances.find((each) => each.id === order.id);
  if (instance === undefined) return [];
  switch (order.kind) {
    case 'restart':
      instance.started = false;
      return [instance];
    case 'recycle':
      site.world.watch.recycled(site.name, site.machine.find(instance.id));
      site.machine.kill(instance.id);
      break;
    case 'drain':
      instance.draining = true;
      instance.drainingSince = now;
      break;
    case 'stop':
      if (instance.stopping) break;
      instance.stopping = true;
      site.spawn(stopInstance(site, instance, stopGraceOf(record, instance)));
      break;
    case 'remove':
      drop(site, instance);
      break;
  }
  return [];
}

/** Asks an instance to end, waits as long as it may take, and ends it: the passes go on meanwhile. */
function* stopInstance(site: SiteContext, instance: InstanceRecord, graceMs: number): Work {
  const takes = site.world.nature.traitsOf(instance.operation)?.stopMs ?? 100;
  yield 1;
  // Whoever takes longer than it may ignores that it is asked.
  if (takes <= graceMs) site.machine.stop(instance.id, takes);
  yield Math.min(takes, graceMs) + 5;
  site.machine.kill(instance.id);
  yield 1;
  drop(site, instance);
  site.wake();
}

/** Forgets an instance that is gone. */
export function drop(site: SiteContext, instance: InstanceRecord): void {
  const { state } = site.journal;
  state.instances = state.instances.filter((each) => each !== instance);
  site.machine.forget(instance.id);
  site.vitals.delete(instance.id);
}

/** The intention is durable before the deed: an agent that dies in between finds the processes by their instances. */
function* launch(site: SiteContext, record: ApplicationRecord, instances: readonly InstanceRecord[]): Work {
  if (instances.length === 0) return;
  if (!site.world.has('deed-before-intention')) yield* site.journal.save();
  for (const each of instances) {
    yield 1;
    startInstance(site, record, each);
  }
  yield 1;
  yield* site.journal.save();
}

function startInstance(site: SiteContext, record: ApplicationRecord, instance: InstanceRecord): void {
  const { world, machine } = site;
  const traits = world.nature.traitsOf(instance.operation);
  const spec = record.specs[instance.operation];
  if (traits === undefined || spec === undefined) return;
  const serves = spec.target.modules.find((each) => each.name === instance.module)?.serves === true;
  const beside = recordsOf(site, record).map((each) => ({ record: each, process: machine.find(each.id) }));
  const durable = machine.disk.durable(journalPath);
  world.watch.instanceStarted({ site: site.name, record, instance, prepared: site.isPrepared(spec), beside, durable });
  site.vitals.delete(instance.id);
  machine.forget(instance.id);
  machine.start({
    id: instance.id,
    kind: 'instance',
    operation: instance.operation,
    readyAfter: traits.fault === 'hangs' && serves ? null : traits.startMs,
    endAfter: traits.fault === 'crashes' ? { ms: Math.min(traits.startMs, 900), exitCode: 1 } : null,
  });
  instance.started = true;
  instance.startedAt = site.steadyNow();
}

/** Specifications and steps of operations that nothing runs and nobody may go back to. */
function forgetOldSpecs(site: SiteContext, record: ApplicationRecord): void {
  const inUse = operationsInUse(record.rollout, recordsOf(site, record));
  record.steps = keptSteps(record.steps, inUse);
  record.analyses = record.analyses.filter((each) => inUse.has(each.operation));
  const needed = new Set([...inUse, ...record.steps.map((each) => each.operation)]);
  for (const operation of Object.keys(record.specs)) if (!needed.has(operation)) delete record.specs[operation];
}

/** What a new agent does with the instances that its predecessor left behind. */
export function takeOver(site: SiteContext): void {
  for (const instance of site.journal.state.instances) {
    adoptInstance(site, instance);
    // A stop that was interrupted together with the agent is done again by the next pass.
    if (!site.world.has('stop-once')) instance.stopping = false;
  }
}
