import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationId, OperationId, PlanId } from '../identity/id.ts';
import { advancePlan, targetsOf, touchedBy } from './advance.ts';
import { decideAbort, decideCancel } from './decide.ts';
import {
  type FailurePolicy,
  isTerminal,
  isUnderWay,
  mayAbort,
  mayCancel,
  type Plan,
  type PlanObservation,
  type PlanState,
  planTransitions,
  type SiteProgress,
  type Target,
} from './plan.ts';
import { anOperation, aPlan, applicationId, aTarget } from './plan-for-tests.ts';

const applications = ['a', 'b', 'c', 'd'].map(applicationId);
const sites = ['one', 'two'] as const;

/** What one site runs of one application, and what it keeps ready beside it. */
interface Place {
  online: boolean;
  runs: { operation: string; phase: string } | null;
  stages: { operation: string; phase: string } | null;
}

/** An environment as the engine sees it: plans, targets, and sites that act late, fail, and come and go. */
interface World {
  now: number;
  readonly plans: Plan[];
  readonly targets: Map<ApplicationId, Target>;
  readonly staged: Map<ApplicationId, Target>;
  readonly places: Map<string, Place>;
  /** Operations that no site can stage, or can bring up. */
  readonly unstageable: ReadonlySet<string>;
  readonly unfit: ReadonlySet<string>;
}

const placeKey = (site: string, application: ApplicationId) => `${site}/${application}`;

function progressOf(world: World): readonly SiteProgress[] {
  return sites.flatMap((name) =>
    applications.map((application) => {
      const place = world.places.get(placeKey(name, application)) ?? { online: true, runs: null, stages: null };
      const reports = [place.runs, place.stages].flatMap((each) => (each === null ? [] : [{ ...each, message: null }]));
      return { site: name as SiteProgress['site'], name, online: place.online, application, reports };
    }),
  );
}

function observe(world: World, plan: Plan): PlanObservation {
  const own = new Set(plan.operations.map((each) => each.application));
  return {
    sites: progressOf(world).filter((each) => own.has(each.application)),
    targets: new Map(world.targets),
    active: world.plans
      .filter((each) => each !== plan && isUnderWay(each.state))
      .map((each) => ({
        number: each.number,
        touches: touchedBy(each).map((application) => ({ application, name: application })),
      })),
  };
}

/** Saves a plan as the engine does: its targets go with it, in one step. */
function save(world: World, before: Plan, after: Plan): void {
  expect(reachable(before.state), `${before.state} to ${after.state}`).toContain(after.state);
  if (isTerminal(before.state)) expect(after).toBe(before);
  world.plans[world.plans.indexOf(before)] = after;
  const wasActive = isUnderWay(before.state) || isUnderWay(after.state);
  if (!wasActive) return;
  for (const [application, wanted] of targetsOf(after)) {
    if (wanted.target === null) world.targets.delete(application);
    else world.targets.set(application, wanted.target);
    if (wanted.staged === null) world.staged.delete(application);
    else world.staged.set(application, wanted.staged);
  }
}

function reachable(from: PlanState): ReadonlySet<PlanState> {
  const found = new Set<PlanState>([from]);
  for (const state of found) for (const next of planTransitions[state]) found.add(next);
  return found;
}

function advance(world: World, index: number): void {
  const plan = world.plans[index % Math.max(1, world.plans.length)];
  if (plan === undefined) return;
  const observed = observe(world, plan);
  const { plan: after } = advancePlan(plan, observed, world.now);
  const again = advancePlan(after, observed, world.now + 1);
  expect(again.plan, 'a second look at the same').toBe(after);
  save(world, plan, after);
}

/** A site that is online takes one step towards what it is asked for. */
function act(world: World, site: string, application: ApplicationId): void {
  const place = world.places.get(placeKey(site, application));
  if (place === undefined || !place.online) return;
  const target = world.targets.get(application);
  const stage = world.staged.get(application);
  if (stage === undefined) place.stages = null;
  else if (place.stages?.operation !== stage.operation) place.stages = { operation: stage.operation, phase: 'pulling' };
  else if (place.stages.phase === 'pulling')
    place.stages.phase = world.unstageable.has(stage.operation) ? 'failed' : 'staged';
  if (target === undefined) {
    if (place.runs?.phase === 'removing') place.runs = null;
    else if (place.runs !== null) place.runs.phase = 'removing';
  } else if (place.runs?.operation !== target.operation) {
    place.runs = { operation: target.operation, phase: 'progressing' };
  } else if (place.runs.phase === 'removing') {
    place.runs.phase = 'progressing';
  } else if (place.runs.phase === 'progressing') {
    place.runs.phase = world.unfit.has(target.operation) ? 'failed' : 'healthy';
  }
}

function invariants(world: World): void {
  const active = world.plans.filter((each) => isUnderWay(each.state));
  const changed = active.flatMap((each) => each.operations.map((operation) => operation.application));
  expect(new Set(changed).size, 'no application is changed by two plans').toBe(changed.length);
}

const planDrawn = fc.record({
  policy: fc.constantFrom<FailurePolicy>('stop', 'continue', 'return'),
  operations: fc.uniqueArray(
    fc.record({
      application: fc.constantFrom(...applications),
      wave: fc.nat(2),
      kind: fc.constantFrom('deploy', 'remove'),
      fault: fc.constantFrom('none', 'none', 'none', 'staging', 'start'),
    }),
    { minLength: 1, maxLength: 3, selector: (each) => each.application },
  ),
  neighbours: fc.subarray(applications, { maxLength: 1 }),
});

const eventDrawn = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('advance'), index: fc.nat(4) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('act'),
      site: fc.constantFrom(...sites),
      application: fc.constantFrom(...applications),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort'), index: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), index: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disconnect'), site: fc.constantFrom(...sites) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect'), site: fc.constantFrom(...sites) }) },
);
type Event = typeof eventDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function makeWorld(drawn: readonly (typeof planDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never)[]): World {
  const unstageable = new Set<string>();
  const unfit = new Set<string>();
  const plans = drawn.map((each, index) => {
    const operations = each.operations.map((given) => {
      const name = `${index + 1}-${given.application}`;
      if (given.fault === 'staging') unstageable.add(name);
      if (given.fault === 'start') unfit.add(name);
      return anOperation(name, {
        id: name as OperationId,
        application: given.application,
        wave: given.wave,
        kind: given.kind as 'deploy' | 'remove',
        after: given.kind === 'remove' ? null : aTarget(name),
      });
    });
    const own = new Set(operations.map((operation) => operation.application));
    return aPlan({
      id: `plan-${index + 1}` as PlanId,
      number: index + 1,
      failurePolicy: each.policy,
      operations,
      neighbours: each.neighbours.filter((neighbour) => !own.has(neighbour)),
    });
  });
  const targets = new Map(applications.slice(0, 2).map((application) => [application, aTarget(`0-${application}`)]));
  const places = new Map<string, Place>();
  for (const site of sites) {
    for (const application of applications) {
      const target = targets.get(application);
      const runs = target === undefined ? null : { operation: target.operation, phase: 'healthy' };
      places.set(placeKey(site, application), { online: true, runs, stages: null });
    }
  }
  return { now: 0, plans, targets, staged: new Map(), places, unstageable, unfit };
}

function happen(world: World, event: Event): void {
  world.now += 1;
  switch (event.kind) {
    case 'advance':
      advance(world, event.index);
      return;
    case 'act':
      act(world, event.site, event.application);
      return;
    case 'abort':
    case 'cancel': {
      const plan = world.plans[event.index % world.plans.length];
      if (plan === undefined || !(event.kind === 'abort' ? mayAbort : mayCancel)(plan.state)) return;
      save(world, plan, event.kind === 'abort' ? decideAbort(plan, world.now) : decideCancel(plan));
      return;
    }
    default:
      for (const application of applications) {
        const place = world.places.get(placeKey(event.site, application));
        if (place !== undefined) place.online = event.kind === 'connect';
      }
  }
}

/** Everybody is there and acts, round after round: whatever can end ends. */
function settle(world: World): void {
  for (const place of world.places.values()) place.online = true;
  for (let round = 0; round < 200 && !world.plans.every((plan) => isTerminal(plan.state)); round += 1) {
    for (const site of sites) for (const application of applications) act(world, site, application);
    for (let index = 0; index < world.plans.length; index += 1) advance(world, index);
    invariants(world);
  }
}

describe('several plans in one environment, with sites that act late, fail, and come and go', () => {
  it('two plans never change the same application, an end is final, a second look changes nothing, and no plan hangs', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(planDrawn, { minLength: 1, maxLength: 4 }),
        fc.array(eventDrawn, { maxLength: 80 }),
        (drawn, events) => {
          const world = makeWorld(drawn);
          const before = new Map(world.targets);

          for (const event of events) {
            happen(world, event);
            invariants(world);
          }
          settle(world);

          for (const plan of world.plans) {
            expect(isTerminal(plan.state), `plan ${plan.number} is ${plan.state}: ${plan.reason}`).toBe(true);
            ends.set(plan.state, (ends.get(plan.state) ?? 0) + 1);
          }
          if (world.plans.every((each) => each.state !== 'succeeded' && each.state !== 'succeeded-with-warnings')) {
            const kept = new Set(
              world.plans.flatMap((each) =>
                each.operations.filter((operation) => operation.state === 'succeeded').map((o) => o.application),
              ),
            );
            for (const application of applications) {
              if (!kept.has(application))
                expect(world.targets.get(application)?.operation).toBe(before.get(application)?.operation);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    // A run in which some end never came would prove less than it says.
    expect([...ends.keys()].toSorted()).toEqual([
      'aborted',
      'cancelled',
      'failed',
      'returned',
      'succeeded',
      'succeeded-with-warnings',
    ]);
  });
});
