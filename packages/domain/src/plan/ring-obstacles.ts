import type { RingProgress } from '../fleet/fleet.ts';
import type { Obstacle } from '../governance/obstacle.ts';
import { isRinged, type RingedOperation } from './advance-rings.ts';
import type { Plan } from './plan.ts';

/** The ring at which each operation of a plan stands, as what stands between it and the sites after that ring. */
export function ringObstacles(plan: Plan): readonly Obstacle[] {
  return plan.operations.filter(isRinged).flatMap((operation) => {
    const position = operation.fleet.rings.findIndex((each) => each.state !== 'passed');
    const ring = operation.fleet.rings[position];
    return ring === undefined ? [] : [obstacleAt(plan, { operation, ring, soak: soakOf(plan, position) })];
  });
}

function soakOf(plan: Plan, position: number): number {
  return (plan.course.rings?.rings[position]?.soak ?? 0) * 60_000;
}

function obstacleAt(
  plan: Plan,
  given: { readonly operation: RingedOperation; readonly ring: RingProgress; readonly soak: number },
): Obstacle {
  const { operation, ring, soak } = given;
  const byPerson = plan.state === 'paused' || ring.state === 'stopped' || ring.state === 'returned';
  const soaks = ring.state === 'soaking' && ring.since !== null && !byPerson;
  return {
    code: 'ring-waits',
    application: operation.applicationName,
    detail: plan.reason ?? `ring ${ring.name} is ${ring.state}`,
    owner: byPerson
      ? 'whoever may deploy here'
      : soaks
        ? 'nobody: it passes by itself'
        : `the sites of ring ${ring.name}`,
    action: byPerson ? `almanac plan continue ${plan.number}` : `almanac plan show ${plan.number}`,
    earliest: soaks ? (ring.since ?? 0) + soak : null,
  };
}
