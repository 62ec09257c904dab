import { expect } from 'vitest';
import { verdicts } from '../analysis/analysis.ts';
import { type advanceRollout, rolloutTransitions } from './advance-rollout.ts';
import { type InstanceOrder, planInstances } from './plan-instances.ts';
import {
  idleRollout,
  type ObservedInstance,
  type RolloutDesired,
  type RolloutPhase,
  type RolloutTarget,
} from './rollout.ts';
import {
  checkInstances,
  checkShares,
  checkSuccess,
  checkVerdicts,
  type Version,
  versionOf,
  type World,
} from './rollout-rules-for-tests.ts';
import { warmFor } from './take-target.ts';

const observationOf = (world: World) => ({
  instances: world.instances.map((each) => ({ ...each })),
  steps: world.steps.map((each) => ({ ...each, message: null })),
  analyses: world.analyses.map((each) => ({ ...each })),
});

function reachable(from: RolloutPhase): ReadonlySet<RolloutPhase> {
  const found = new Set<RolloutPhase>([from]);
  for (const phase of found) for (const next of rolloutTransitions[phase]) found.add(next);
  return found;
}

/** One look of the agent: decides, checks the decision, and carries it out. */
export function look(world: World): void {
  takeOverWarm(world);
  const observation = observationOf(world);
  const before = world.rollout;
  const input = { target: world.target, observation, command: world.command };
  const { rollout, desired } = world.advance(before, input, world.now);
  expect(reachable(before.phase), `${before.phase} to ${rollout.phase}`).toContain(rollout.phase);
  const again = world.advance(rollout, input, world.now);
  expect(JSON.stringify(again) === JSON.stringify({ rollout, desired }), 'a second look changes nothing').toBe(true);
  checkVerdicts(before, rollout);
  checkSuccess(world, before, rollout);
  checkShares(world, rollout, desired);
  world.rollout = rollout;
  const limits = { stopGrace: () => 10_000, startLimit: () => 70_000 };
  const orders = planInstances({ desired, instances: observation.instances, ...limits }, world.now);
  for (const order of orders) obey(world, order);
  for (const wanted of desired.steps) begin(world, wanted);
  for (const wanted of desired.analyses) analyse(world, wanted);
  checkInstances(world);
}

/** What is warm and wanted again goes by its new operation, as the agent lets it. */
function takeOverWarm(world: World): void {
  const [kept, wanted] = [world.rollout.warm?.target.operation ?? '', world.target?.operation ?? ''];
  const same = versionOf(world, kept)?.content === versionOf(world, wanted)?.content;
  if (world.target === null || !same) return;
  world.target = { ...world.target, sameAs: kept };
  const warm = warmFor(world.rollout, world.target);
  if (warm === null) return;
  for (const each of world.instances) if (each.operation === warm) each.operation = world.target.operation;
}

function obey(world: World, order: InstanceOrder): void {
  const { now, instances } = world;
  if (order.kind === 'start') {
    start(world, order);
    return;
  }
  const instance = instances.find((each) => each.id === order.id);
  if (instance === undefined) throw new Error(`an order for an instance that is not there: ${JSON.stringify(order)}`);
  const enter = (state: ObservedInstance['state']) => {
    instance.state = state;
    instance.since = now;
  };
  if (order.kind === 'restart') enter('starting');
  if (order.kind === 'drain') enter('draining');
  if (order.kind === 'recycle') enter('exited');
  if (order.kind === 'stop') enter('stopping');
  if (order.kind === 'remove') instances.splice(instances.indexOf(instance), 1);
}

function start(world: World, order: Extract<InstanceOrder, { readonly kind: 'start' }>): void {
  const { module, operation } = order;
  const migrated = world.steps.some(
    (step) => step.step === 'migrate' && step.operation === operation && step.state === 'succeeded',
  );
  const migrates = versionOf(world, operation)?.target.modules.some((each) => each.migrate) === true;
  const again = operation.includes('again');
  expect(migrates && !migrated && !again, 'nothing starts before it was migrated').toBe(false);
  world.counts.started += 1;
  const id = `${operation}-${module}-${world.counts.started}`;
  world.instances.push({
    id,
    module,
    operation,
    state: 'starting',
    since: world.now,
    failures: 0,
    inFlight: 0,
    message: null,
  });
}

function begin(world: World, wanted: RolloutDesired['steps'][number]): void {
  const known = world.steps.find(
    (each) => each.step === wanted.step && each.module === wanted.module && each.operation === wanted.operation,
  );
  expect(known?.state, 'a step that succeeded does not run again').not.toBe('succeeded');
  if (known === undefined) world.steps.push({ ...wanted, state: 'running' });
}

function analyse(world: World, wanted: RolloutDesired['analyses'][number]): void {
  const known = world.analyses.some(
    (each) => each.operation === wanted.operation && each.name === wanted.name && each.run === wanted.run,
  );
  if (!known) world.analyses.push({ ...wanted, verdict: null, detail: null });
}

/** What runs goes on by one: starts become ready or end, drains and stops end, steps and analyses end. */
export function goOn(world: World): void {
  for (const step of world.steps) {
    if (step.state !== 'running') continue;
    const version = versionOf(world, step.operation);
    const works = step.step === 'migrate' ? version?.migrates : version?.verifies;
    step.state = works === true ? 'succeeded' : 'failed';
  }
  for (const analysis of world.analyses) {
    const verdict = versionOf(world, analysis.operation)?.verdict ?? null;
    if (analysis.verdict === null && verdicts.some((each) => each === verdict)) analysis.verdict = verdict;
  }
  for (const instance of [...world.instances]) {
    const crashes = versionOf(world, instance.operation)?.crashes === true;
    if (instance.state === 'starting') {
      instance.state = crashes ? 'exited' : 'ready';
      instance.failures = crashes ? instance.failures + 1 : 0;
      instance.since = world.now;
    } else if (instance.state === 'stopping') {
      world.instances.splice(world.instances.indexOf(instance), 1);
    }
  }
}

/** What the site runs now: how many instances of which operation in which module and state. */
export function runsNow(world: World): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { module, operation, state } of world.instances) {
    const key = `${operation} ${module} ${state}`;
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}

export function fullStrength(target: RolloutTarget | null): Record<string, number> {
  return Object.fromEntries(
    (target?.modules ?? []).map((each) => [`${target?.operation} ${each.name} ready`, each.instances]),
  );
}

const textOf = (counts: Record<string, number>) =>
  JSON.stringify(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Time passes until nothing is left to do; a rollout that never comes to rest is seen by who looks at the end. */
export function settle(world: World): void {
  const rests: readonly RolloutPhase[] = ['healthy', 'failed', 'idle'];
  for (let round = 0; round < 600; round += 1) {
    world.now += 1000;
    look(world);
    goOn(world);
    const complete = textOf(runsNow(world)) === textOf(fullStrength(world.rollout.stable));
    if (complete && world.rollout.warm === null && rests.includes(world.rollout.phase)) return;
  }
}

/** A world in which the first of some versions runs well. */
export function worldOf(versions: readonly Version[], advance: typeof advanceRollout): World {
  const first = versions[0]?.target ?? null;
  const world: World = {
    advance,
    now: 1_000_000,
    rollout: idleRollout,
    target: first,
    command: null,
    versions: [...versions],
    instances: [],
    steps: [],
    analyses: [],
    hurried: new Set(),
    counts: { started: 0, disturbed: true },
  };
  settle(world);
  expect(world.rollout).toMatchObject({ phase: 'healthy', stable: first });
  world.counts.disturbed = false;
  return world;
}
