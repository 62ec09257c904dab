import { type AdvancedFleet, advanceFleet, returnFrom } from '../fleet/advance-fleet.ts';
import { countRings, type RingCounts } from '../fleet/count-rings.ts';
import { type Fleet, type FleetPolicy, type FleetSite, hasBegun } from '../fleet/fleet.ts';
import { placeSites } from '../fleet/place-sites.ts';
import { planMoves, type SiteMove } from '../fleet/plan-moves.ts';
import { refuse } from '../refusal/refusal.ts';
import { type Advanced, note } from './note.ts';
import { mayPause, type Plan, type PlanObservation, type PlanOperation, type SiteProgress } from './plan.ts';

/** An operation that is on its way over rings. */
export type RingedOperation = PlanOperation & { readonly fleet: Fleet };

export function isRinged(operation: PlanOperation): operation is RingedOperation {
  return operation.state === 'running' && operation.fleet !== null;
}

/** How far the sites have taken an operation over its rings; undefined where there is no site to look at. */
export function observeRings(
  plan: Plan,
  given: { readonly operation: RingedOperation; readonly observed: PlanObservation },
  now: number,
): AdvancedFleet | undefined {
  const { operation, observed } = given;
  const sites = fleetSites(operation, observed.sites);
  // Without any site nothing was shown: no data is never success.
  if (sites.length === 0 && operation.after !== null) return undefined;
  const policy = policyOf(plan);
  return advanceFleet(operation.fleet, { policy, sites: placeSites(policy, sites) }, now);
}

/**
 * What keeps further sites from being told, though the operation began: its build came into quarantine, or the
 * environment is frozen and policy says to stop. A freeze that ends lets it go on by itself.
 */
export function barRings(
  plan: Plan,
  given: { readonly operation: RingedOperation; readonly observed: PlanObservation },
): Advanced | undefined {
  const { operation } = given;
  const { frozen, quarantined } = given.observed.gates;
  const isBarred = operation.kind === 'deploy' && operation.after !== null && quarantined.has(operation.after.build);
  const isFrozen = frozen !== null && plan.course.whileFrozen === 'stop';
  if (!isBarred && !isFrozen) return undefined;
  const reason = isBarred
    ? `${operation.applicationName}: its build was put into quarantine, and no further site takes it; abort the plan to take it back everywhere`
    : `rests while the environment is frozen (${frozen})`;
  return {
    plan: { ...plan, state: 'paused', paused: { from: 'deploying', by: isBarred ? 'ring' : 'freeze' }, reason },
    notes: [note('warning', reason, operation)],
  };
}

/** What a ring that failed makes of a plan that goes on all the same: it rests until somebody says what next. */
export function restAtRing(plan: Plan, given: { readonly operation: RingedOperation; readonly next: AdvancedFleet }) {
  const { operation, next } = given;
  const why = next.outcome.kind === 'stopped' ? next.outcome.reason : '';
  const paused: Plan = {
    ...moveRings(plan, operation, next.fleet),
    state: 'paused',
    paused: { from: 'deploying', by: 'ring' },
    reason: `${operation.applicationName}: ${why}; continue it to go on all the same, or abort it`,
  };
  return { plan: paused, notes: notesOf(operation, next) } satisfies Advanced;
}

export function moveRings(plan: Plan, operation: RingedOperation, fleet: Fleet): Plan {
  return {
    ...plan,
    operations: plan.operations.map((each) => (each.id === operation.id ? { ...each, fleet } : each)),
  };
}

export function notesOf(operation: RingedOperation, next: AdvancedFleet): Advanced['notes'] {
  return next.notes.map((each) => note(each.level, each.message, operation));
}

/** How the sites of each ring stand with an operation. */
export function ringCounts(
  plan: Plan,
  given: { readonly operation: RingedOperation; readonly sites: PlanObservation['sites'] },
): readonly RingCounts[] {
  const policy = policyOf(plan);
  return countRings(policy, placeSites(policy, fleetSites(given.operation, given.sites)));
}

/** Sites that are told something else now, for each operation that goes over rings. */
export function movesOf(plan: Plan, observed: PlanObservation): ReadonlyMap<RingedOperation, readonly SiteMove[]> {
  const moves = new Map<RingedOperation, readonly SiteMove[]>();
  for (const operation of plan.operations.filter(isRinged)) {
    const policy = policyOf(plan);
    const sites = fleetSites(operation, observed.sites);
    const kept = new Map(sites.flatMap(({ site, ring }) => (ring === null ? [] : [[site, ring] as const])));
    const resting = plan.state !== 'deploying';
    const moved = planMoves(operation.fleet, { policy, sites: placeSites(policy, sites), kept, resting });
    if (moved.length > 0) moves.set(operation, moved);
  }
  return moves;
}

/** Takes a ring back, with all later ones, in each operation of the plan that has reached it; the plan rests then. */
export function decideReturnRing(plan: Plan, given: { readonly ring: string; readonly by: string }, now: number): Plan {
  if (!mayPause(plan.state) && plan.state !== 'paused')
    return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; no ring of it can go back`);
  const position = plan.course.rings?.rings.findIndex((each) => each.name === given.ring) ?? -1;
  if (position < 0) return refuse('not-found', `plan ${plan.number} goes over no ring called ${given.ring}`);
  const reached = plan.operations.filter(isRinged).filter(({ fleet }) => isBegun(fleet, position));
  if (reached.length === 0)
    return refuse('nothing-to-do', `no site of ring ${given.ring} was told to take plan ${plan.number}`);
  const ids = new Set(reached.map((each) => each.id));
  return {
    ...plan,
    state: 'paused',
    paused: { from: plan.paused?.from ?? 'deploying', by: 'person' },
    reason: `${given.by} took ring ${given.ring} back; continue the plan to take it anew, or abort it`,
    operations: plan.operations.map((each) =>
      isRinged(each) && ids.has(each.id) ? { ...each, fleet: returnFrom(each.fleet, position, now) } : each,
    ),
  };
}

function isBegun(fleet: Fleet, position: number): boolean {
  const ring = fleet.rings[position];
  return ring !== undefined && hasBegun(ring);
}

function policyOf(plan: Plan): FleetPolicy {
  if (plan.course.rings === null) throw new Error(`plan ${plan.number} has rings under way and no policy of rings`);
  return plan.course.rings;
}

function fleetSites(operation: RingedOperation, sites: PlanObservation['sites']): readonly FleetSite[] {
  return sites
    .filter((each) => each.application === operation.application)
    .map((site) => ({
      site: site.site,
      labels: site.labels,
      online: site.online,
      inStep: site.inStep,
      ring: site.ring?.position ?? null,
      told: site.ring?.told ?? false,
      outcome: outcomeAt(site, operation),
    }));
}

function outcomeAt(site: SiteProgress, operation: RingedOperation): FleetSite['outcome'] {
  const { after } = operation;
  // Where it never was, nothing is said of its removal.
  if (after === null) return site.ring?.told === true && site.reports.length === 0 ? 'done' : 'working';
  const phase = site.reports.find((each) => each.operation === after.operation)?.phase;
  if (phase === 'healthy') return 'done';
  return phase === 'failed' ? 'failed' : 'working';
}
