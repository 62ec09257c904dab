import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceRollout, rolloutTransitions } from './advance-rollout.ts';
import { type InstanceOrder, planInstances } from './plan-instances.ts';
import {
  idleRollout,
  type ModuleTarget,
  type ObservedInstance,
  type Rollout,
  type RolloutDesired,
  type RolloutPhase,
  type RolloutTarget,
} from './rollout.ts';
import { aModule, aRolloutTarget } from './rollout-for-tests.ts';

type Running = { -readonly [Key in keyof ObservedInstance]: ObservedInstance[Key] };
interface Step {
  readonly step: 'migrate' | 'verify';
  readonly module: string;
  readonly operation: string;
  state: 'running' | 'succeeded' | 'failed';
}

/** A version as the world knows it: what it wants, and what is wrong with it. */
interface Version {
  readonly target: RolloutTarget;
  readonly crashes: boolean;
  readonly migrates: boolean;
  readonly verifies: boolean;
}

/** A site with a runtime that starts, stops and loses instances whenever it pleases. */
interface World {
  now: number;
  rollout: Rollout;
  target: RolloutTarget | null;
  readonly versions: readonly Version[];
  readonly instances: Running[];
  readonly steps: Step[];
  readonly counts: { started: number; disturbed: boolean };
}

const versionOf = (world: World, operation: string) =>
  world.versions.find((each) => each.target.operation === operation);
const holds = (each: ObservedInstance) => each.state !== 'exited' && each.state !== 'waiting';
const observationOf = (world: World) => ({
  instances: world.instances.map((each) => ({ ...each })),
  steps: world.steps.map((each) => ({ ...each, message: null })),
  analyses: [],
});

function reachable(from: RolloutPhase): ReadonlySet<RolloutPhase> {
  const found = new Set<RolloutPhase>([from]);
  for (const phase of found) for (const next of rolloutTransitions[phase]) found.add(next);
  return found;
}

/** One look of the agent: decides, checks the decision, and carries it out. */
function look(world: World): void {
  const observation = observationOf(world);
  const before = world.rollout;
  const { rollout, desired } = advanceRollout(before, { target: world.target, observation, command: null }, world.now);
  expect(reachable(before.phase), `${before.phase} to ${rollout.phase}`).toContain(rollout.phase);
  const again = advanceRollout(rollout, { target: world.target, observation, command: null }, world.now);
  expect(isDeepStrictEqual(again, { rollout, desired }), 'a second look changes nothing').toBe(true);
  checkShares(world, desired);
  world.rollout = rollout;
  const orders = planInstances({ desired, instances: observation.instances, stopGrace: () => 10_000 }, world.now);
  for (const order of orders) obey(world, order);
  for (const wanted of desired.steps) begin(world, wanted);
  checkInstances(world);
}

function checkShares(world: World, desired: RolloutDesired): void {
  for (const { module, shares, hold } of desired.modules) {
    const sum = shares.reduce((total, each) => total + each.weight, 0);
    expect([0, 100], `weights of ${module}`).toContain(sum);
    for (const { operation, weight } of shares) {
      const ready = world.instances.some(
        (each) => each.module === module && each.operation === operation && each.state === 'ready',
      );
      if (weight > 0) expect(ready, 'traffic only to who is ready').toBe(true);
    }
    if (sum > 0) expect(hold, 'nobody waits while somebody serves').toBe(false);
  }
}

/** The bounds of a switch: what one rollout may do to the other version. */
function checkInstances(world: World): void {
  const { candidate, stable } = world.rollout;
  for (const { name, strategy, instances: wanted } of candidate?.modules ?? []) {
    const own = world.instances.filter((each) => each.module === name && holds(each));
    if (strategy.kind === 'recreate') {
      const came = own.some((each) => each.operation === candidate?.operation);
      const left = own.every((each) => each.operation === candidate?.operation);
      expect(came && !left, 'the old ones have ended before the new ones begin').toBe(false);
    } else if (world.rollout.phase === 'progressing' && !world.counts.disturbed) {
      const settled = stable?.modules.find((each) => each.name === name);
      const most = Math.max(wanted, settled?.instances ?? 0) + strategy.maxSurge;
      const active = own.filter((each) => each.state !== 'draining' && each.state !== 'stopping');
      expect(active.length, 'surge').toBeLessThanOrEqual(most);
      if (settled !== undefined && settled.instances >= wanted) {
        const ready = own.filter((each) => each.state === 'ready').length;
        expect(ready, 'unavailable').toBeGreaterThanOrEqual(wanted - strategy.maxUnavailable);
      }
    }
  }
}

function obey(world: World, order: InstanceOrder): void {
  const { now, instances } = world;
  if (order.kind === 'start') {
    const { module, operation } = order;
    const unmigrated = versionOf(world, operation)?.target.modules.some(
      (each) =>
        each.migrate &&
        !world.steps.some(
          (step) => step.step === 'migrate' && step.operation === operation && step.state === 'succeeded',
        ),
    );
    expect(unmigrated, 'nothing starts before it was migrated').toBe(false);
    world.counts.started += 1;
    const id = `${operation}-${module}-${world.counts.started}`;
    instances.push({ id, module, operation, state: 'starting', since: now, failures: 0, inFlight: 0, message: null });
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

function begin(world: World, wanted: RolloutDesired['steps'][number]): void {
  const known = world.steps.find(
    (each) => each.step === wanted.step && each.module === wanted.module && each.operation === wanted.operation,
  );
  expect(known?.state, 'a step that succeeded does not run again').not.toBe('succeeded');
  if (known === undefined) world.steps.push({ ...wanted, state: 'running' });
}

/** What runs goes on by one: starts become ready or end, drains and stops end, steps end. */
function goOn(world: World): void {
  for (const step of world.steps) {
    if (step.state !== 'running') continue;
    const version = versionOf(world, step.operation);
    const works = step.step === 'migrate' ? version?.migrates : version?.verifies;
    step.state = works === true ? 'succeeded' : 'failed';
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

const moduleDrawn = fc.record({
  instances: fc.integer({ min: 1, max: 4 }),
  strategy: fc.oneof(
    fc.constant({ kind: 'recreate' as const }),
    fc
      .record({ kind: fc.constant('rolling' as const), maxSurge: fc.nat(2), maxUnavailable: fc.nat(2) })
      .filter((each) => each.maxSurge + each.maxUnavailable > 0),
  ),
  serves: fc.boolean(),
});

const versionDrawn = fc.record({
  modules: fc.array(moduleDrawn, { minLength: 1, maxLength: 2 }),
  migrate: fc.boolean(),
  verify: fc.boolean(),
  fault: fc.constantFrom('none', 'none', 'none', 'crashes', 'migrate', 'verify'),
});

type VersionDrawn = typeof versionDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const eventDrawn = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'look' as const }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'go on' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(50, 600, 5000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), index: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('want' as const), index: fc.integer({ min: -1, max: 3 }) }) },
);
type Event = typeof eventDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function makeVersion(drawn: VersionDrawn, index: number): Version {
  const names = ['web', 'worker'];
  const modules = drawn.modules.map(
    (each, position): ModuleTarget =>
      aModule({
        ...each,
        name: names[position] ?? '',
        migrate: drawn.migrate && position === 0,
        verify: drawn.verify && position === 0,
      }),
  );
  return {
    target: aRolloutTarget(`op-${index}`, ...modules),
    crashes: drawn.fault === 'crashes',
    migrates: drawn.fault !== 'migrate',
    verifies: drawn.fault !== 'verify',
  };
}

function happen(world: World, event: Event): void {
  world.now += 1;
  if (event.kind === 'look') look(world);
  else if (event.kind === 'go on') goOn(world);
  else if (event.kind === 'wait') world.now += event.ms;
  else if (event.kind === 'want') {
    world.target = world.versions[event.index]?.target ?? null;
    // Bounds hold for one switch from full strength; a change of mind in its middle, or a crash, starts from less.
    world.counts.disturbed = true;
  } else {
    const instance = world.instances.filter((each) => each.state === 'ready')[event.index];
    if (instance === undefined) return;
    instance.state = 'exited';
    instance.since = world.now;
    instance.failures = 1;
    world.counts.disturbed = true;
  }
}

/** What the site runs now: how many ready instances of which operation in which module. */
function runsNow(world: World): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { module, operation, state } of world.instances) {
    const key = `${operation} ${module} ${state}`;
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}

function fullStrength(target: RolloutTarget | null): Record<string, number> {
  return Object.fromEntries(
    (target?.modules ?? []).map((each) => [`${target?.operation} ${each.name} ready`, each.instances]),
  );
}

/** Time passes until nothing is left to do; a rollout that never comes to rest is seen by who looks at the end. */
function settle(world: World): void {
  const rests: readonly RolloutPhase[] = ['healthy', 'failed', 'idle'];
  for (let round = 0; round < 400; round += 1) {
    world.now += 1000;
    look(world);
    goOn(world);
    const complete = isDeepStrictEqual(runsNow(world), fullStrength(world.rollout.stable));
    if (complete && rests.includes(world.rollout.phase)) return;
  }
}

const worldDrawn = fc.array(versionDrawn, { minLength: 2, maxLength: 3 });

/** A world in which the first version runs well. */
function makeWorld(drawn: readonly VersionDrawn[]): World {
  const versions = drawn.map((each, index) => makeVersion(index === 0 ? { ...each, fault: 'none' } : each, index));
  const first = versions[0]?.target ?? null;
  const world: World = {
    now: 1_000_000,
    rollout: idleRollout,
    target: first,
    versions,
    instances: [],
    steps: [],
    counts: { started: 0, disturbed: true },
  };
  settle(world);
  expect(world.rollout).toMatchObject({ phase: 'healthy', stable: first });
  world.counts.disturbed = false;
  return world;
}

describe('a rollout on a site whose instances start, crash and end whenever they please', () => {
  it('keeps its bounds at every step, and ends at full strength with the new version or with the one before', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(worldDrawn, fc.array(eventDrawn, { maxLength: 60 }), (drawn, events) => {
        const world = makeWorld(drawn);
        world.target = world.versions[1]?.target ?? null;

        for (const event of events) happen(world, event);
        settle(world);

        const { phase, stable, failed } = world.rollout;
        ends.set(phase, (ends.get(phase) ?? 0) + 1);
        if (world.target === null) {
          expect(phase).toBe('idle');
        } else if (phase === 'failed') {
          expect(failed?.operation).toBe(world.target.operation);
          expect(stable?.operation).not.toBe(world.target.operation);
        } else {
          expect(phase).toBe('healthy');
          expect(stable?.operation).toBe(world.target.operation);
        }
        expect(runsNow(world)).toEqual(fullStrength(stable));
      }),
      { numRuns: 500 },
    );
    // A run in which some end never came would prove less than it says.
    expect([...ends.keys()].toSorted()).toEqual(['failed', 'healthy', 'idle']);
  });
});
