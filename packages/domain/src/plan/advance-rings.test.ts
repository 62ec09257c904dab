import { describe, expect, test } from 'vitest';
import { aPolicy, aRing } from '../fleet/fleet-for-tests.ts';
import { advancePlan, targetsOf } from './advance.ts';
import { decideReturnRing, movesOf } from './advance-rings.ts';
import { decideContinue } from './decide.ts';
import type { Plan, PlanObservation, SiteProgress } from './plan.ts';
import {
  anObservation,
  anOperation,
  aPlan,
  applicationId,
  aSite,
  aTarget,
  openGates,
  plainCourse,
} from './plan-for-tests.ts';
import { ringObstacles } from './ring-obstacles.ts';

const canary = aRing('canary', { sites: { kind: 'labels', labels: { tier: 'canary' } } });
const course = { ...plainCourse, rings: aPolicy([canary, aRing('rest')]) };
const orders = anOperation('orders', { before: aTarget('old-orders') });

/** Two sites, of which the first is the canary; `told` are those that take the change. */
function world(given: { readonly told?: string; readonly reports?: Record<string, string> } = {}): SiteProgress[] {
  return ['east', 'west'].map((name, position) =>
    aSite(name, {
      application: 'orders',
      labels: name === 'east' ? { tier: 'canary' } : {},
      ring: given.told === undefined ? null : { position, told: given.told.includes(name) },
      reports: given.reports?.[name] === undefined ? {} : { 'new-orders': given.reports[name] },
    }),
  );
}

function seen(plan: Plan, sites: readonly SiteProgress[]): PlanObservation {
  const targets = new Map([[applicationId('orders'), aTarget('old-orders')]]);
  return anObservation({ gates: openGates(plan, { course }), sites, targets });
}

function go(plan: Plan, sites: readonly SiteProgress[], now = 1) {
  return advancePlan(plan, seen(plan, sites), now);
}

const queued = aPlan({ course, operations: [orders] });
const begun = go(queued, world()).plan;
const told = (plan: Plan, sites: readonly SiteProgress[]) =>
  [...movesOf(plan, seen(plan, sites)).values()].flat().map((each) => `${each.site} ${each.ring} ${each.told}`);

describe('a plan in an environment with rings', () => {
  test('begins with the first ring, and stages nothing anywhere', () => {
    expect(begun.state).toBe('deploying');
    expect(begun.operations[0]?.fleet?.rings.map((each) => each.state)).toEqual(['running', 'waiting']);
    expect(told(begun, world())).toEqual(['site-east 0 true', 'site-west 1 false']);
    expect(begun.reason).toBe('orders waits for ring canary: its sites are at work');
  });

  test('holds what ran before for sites that were not told', () => {
    expect(targetsOf(begun).get(applicationId('orders'))).toMatchObject({
      target: { operation: 'new-orders' },
      held: { operation: 'old-orders' },
    });
  });

  test('goes on to the next ring when the first has it, and succeeds when all have', () => {
    const next = go(begun, world({ told: 'east', reports: { east: 'healthy' } })).plan;
    const done = go(next, world({ told: 'east west', reports: { east: 'healthy', west: 'healthy' } })).plan;

    expect(told(next, world({ told: 'east', reports: { east: 'healthy' } }))).toEqual(['site-west 1 true']);
    expect(done.state).toBe('succeeded');
    expect(targetsOf(done).get(applicationId('orders'))?.held).toBeUndefined();
  });

  test('names the ring that waits, and who can do something about it', () => {
    const stopped = go(begun, world({ told: 'east', reports: { east: 'failed' } })).plan;

    expect(ringObstacles(begun)).toMatchObject([
      { code: 'ring-waits', detail: 'orders waits for ring canary: its sites are at work', earliest: null },
    ]);
    expect(ringObstacles(stopped)).toMatchObject([{ action: 'almanac plan continue 1', owner: expect.any(String) }]);
    expect(ringObstacles(queued)).toEqual([]);
  });

  test('rests when a ring fails, and again where no site of it shows that it works, whatever somebody accepts', () => {
    const failing = world({ told: 'east', reports: { east: 'failed' } });
    const stopped = go(begun, failing).plan;
    const same = go(stopped, failing).plan;
    const again = go(decideContinue(stopped, 2), failing).plan;
    const healed = go(decideContinue(stopped, 2), world({ told: 'east', reports: { east: 'healthy' } })).plan;

    expect(stopped).toMatchObject({ state: 'paused', paused: { from: 'deploying', by: 'ring' } });
    expect(stopped.reason).toContain('ring canary: 1 of 1 site failed');
    expect(same).toBe(stopped);
    expect(again).toMatchObject({ state: 'paused', paused: { from: 'deploying', by: 'ring' } });
    expect(again.reason).toContain('0 of 1 site succeeded');
    expect(again.operations[0]?.fleet?.rings[0]).toMatchObject({ accepted: 1 });
    expect(healed.state).toBe('deploying');
  });

  test('fails as a whole where the ring asks for that, and its sites run what ran before', () => {
    const all = { ...course, rings: aPolicy([{ ...canary, onError: 'rollback-all' }, aRing('rest')]) };
    const failed = go({ ...begun, course: all }, world({ told: 'east', reports: { east: 'failed' } })).plan;

    expect(failed.state).toBe('failed');
    expect(targetsOf(failed).get(applicationId('orders'))).toMatchObject({
      target: { operation: 'old-orders' },
      held: undefined,
    });
  });

  test('takes a ring back on request, with the later ones, and rests', () => {
    const healthy = world({ told: 'east west', reports: { east: 'healthy' } });
    const both = go(begun, healthy).plan;
    const back = decideReturnRing(both, { ring: 'canary', by: 'ada' }, 3);

    expect(back).toMatchObject({ state: 'paused', paused: { by: 'person' } });
    expect(told(back, healthy)).toEqual(['site-east 0 false', 'site-west 1 false']);
    expect(() => decideReturnRing(begun, { ring: 'rest', by: 'ada' }, 3)).toThrow('no site of ring rest');
    expect(() => decideReturnRing(begun, { ring: 'south', by: 'ada' }, 3)).toThrow('no ring called south');
    expect(() => decideReturnRing(aPlan(), { ring: 'canary', by: 'ada' }, 3)).toThrow('no ring of it can go back');
  });

  test('moves nothing while it rests', () => {
    const paused: Plan = { ...begun, state: 'paused', paused: { from: 'deploying', by: 'person' } };
    const failing = world({ told: 'east', reports: { east: 'failed' } });

    expect(go(paused, failing).plan).toBe(paused);
    expect(told(paused, failing)).toEqual([]);
  });

  test('tells no further site of a build that came into quarantine, or while a freeze stops it', () => {
    const stopping = { ...begun, course: { ...course, whileFrozen: 'stop' } } as const;
    const gates = (given: object) => ({ ...seen(stopping, world()), gates: openGates(stopping, given) });

    const quarantined = advancePlan(stopping, gates({ quarantined: new Set([aTarget('new-orders').build]) }), 2).plan;
    const frozen = advancePlan(stopping, gates({ frozen: 'inventory' }), 2).plan;

    expect(quarantined).toMatchObject({ state: 'paused', paused: { by: 'ring' } });
    expect(quarantined.reason).toContain('quarantine');
    expect(frozen).toMatchObject({ state: 'paused', paused: { by: 'freeze' } });
    expect(told(frozen, world())).toEqual(['site-east 0 false', 'site-west 1 false']);
    expect(advancePlan(begun, gates({ frozen: 'inventory' }), 2).plan.state).toBe('deploying');
  });

  test('goes back everywhere when it is aborted', () => {
    const aborting: Plan = {
      ...begun,
      state: 'aborting',
      operations: begun.operations.map((each) => ({ ...each, state: 'returning' })),
    };

    expect(targetsOf(aborting).get(applicationId('orders'))).toMatchObject({
      target: { operation: 'old-orders' },
      held: undefined,
    });
    expect(told(aborting, world({ told: 'east' }))).toEqual([]);
  });

  test('does not succeed without any site', () => {
    expect(go(begun, []).plan.state).toBe('deploying');
  });
});
