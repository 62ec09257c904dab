import { newFleet } from '../fleet/fleet.ts';
import { mayWaitFor } from '../governance/obstacle.ts';
import type { ApplicationId } from '../identity/id.ts';
import {
  barRings,
  isRinged,
  moveRings,
  notesOf,
  observeRings,
  type RingedOperation,
  restAtRing,
} from './advance-rings.ts';
import { passGates } from './gates.ts';
import { type Advanced, note, withReason } from './note.ts';
import type { OperationState, Plan, PlanObservation, PlanOperation, SiteProgress, Target } from './plan.ts';

/**
 * Takes a plan as far as what is observed allows. It may be called at any time and any number of times: it looks at
 * levels, and where nothing changed it changes nothing.
 */
export function advancePlan(plan: Plan, observed: PlanObservation, now: number): Advanced {
  let current: Advanced = { plan, notes: [] };
  // Each pass makes one step; a plan has fewer steps than twice its operations and its states.
  for (let pass = 0; pass < plan.operations.length * 4 + 20; pass += 1) {
    const next = step(current.plan, observed, now);
    if (next.plan === current.plan) return current;
    current = { plan: next.plan, notes: [...current.notes, ...next.notes] };
  }
  return current;
}

function step(plan: Plan, observed: PlanObservation, now: number): Advanced {
  switch (plan.state) {
    case 'awaiting-approval':
    case 'scheduled':
      return passGates(plan, observed);
    case 'queued': {
      const gated = passGates(plan, observed);
      return gated.plan === plan ? leaveQueue(plan, observed) : gated;
    }
    case 'staging':
      return stage(plan, observed, now);
    case 'staged':
      return switchStaged(plan, observed, now);
    case 'paused':
      return rest(plan, observed, now);
    case 'deploying':
      return deploy(plan, observed, now);
    case 'aborting':
    case 'returning':
      return goBack(plan, observed, now);
    default:
      return { plan, notes: [] };
  }
}

/** What a plan touches: its applications and those that they depend on or that depend on them. */
export function touchedBy(plan: Plan): readonly ApplicationId[] {
  return [...plan.operations.map((each) => each.application), ...plan.neighbours];
}

function leaveQueue(plan: Plan, observed: PlanObservation): Advanced {
  const own = new Set(touchedBy(plan));
  const blocking = observed.active.flatMap((other) => {
    const shared = other.touches.filter((each) => own.has(each.application)).map((each) => each.name);
    return shared.length === 0 ? [] : [`plan ${other.number} (${shared.join(', ')})`];
  });
  if (blocking.length > 0) return withReason(plan, `waits for ${blocking.join(' and ')}`);
  const operations = plan.operations.map((each) => ({
    ...each,
    before: observed.targets.get(each.application) ?? null,
  }));
  return {
    plan: {
      ...plan,
      state: 'staging',
      reason: null,
      operations,
      course: observed.gates.course,
      stagedUntil: null,
      continued: false,
    },
    notes: [
      note(
        'info',
        `the plan began: ${observed.gates.course.rings === null ? 'artifacts are brought to the sites' : 'its sites take it ring by ring'}`,
      ),
    ],
  };
}

function stage(plan: Plan, observed: PlanObservation, now: number): Advanced {
  // Where rings are taken one by one, the sites of each bring artifacts when it is their turn.
  const places = plan.operations
    .filter((each) => each.after !== null && plan.course.rings === null)
    .map((operation) => ({ operation, sites: sitesOf(observed, operation) }));
  const lonely = places.find(({ sites }) => sites.every((site) => !site.online));
  if (lonely !== undefined)
    return withReason(plan, `${lonely.operation.applicationName} waits for a site that is online`);
  for (const { operation, sites } of places) {
    const broken = sites.find((site) => reportOf(site, operation.after)?.phase === 'failed');
    if (broken !== undefined) {
      const message = `${reportOf(broken, operation.after)?.message ?? 'staging failed'} (${broken.name})`;
      const operations = plan.operations.map((each) =>
        each.id === operation.id
          ? ended(each, 'failed', now, message)
          : { ...each, state: 'cancelled' as const, endedAt: now },
      );
      return {
        plan: {
          ...plan,
          state: 'failed',
          reason: `${operation.applicationName} could not be staged: ${message}`,
          operations,
        },
        notes: [note('error', message, operation, broken.name)],
      };
    }
  }
  const staged = places.every(({ operation, sites }) =>
    sites.every((site) => !site.online || isStaged(site, operation)),
  );
  if (!staged) return withReason(plan, null);
  if (!plan.course.twoStep)
    return {
      plan: { ...plan, state: 'deploying', reason: null },
      notes: plan.course.rings === null ? [note('info', 'everything is staged: the switch begins')] : [],
    };
  const stagedUntil = plan.stagedUntil ?? now + plan.course.stagedFor;
  return {
    plan: { ...plan, state: 'staged', stagedUntil, reason: 'everything is staged; waits for somebody to continue it' },
    notes: [note('info', 'everything is staged: what runs is untouched until somebody continues')],
  };
}

/** The switch of a staged plan is a start of its own: what was analysed must hold still, and the gates be open. */
function switchStaged(plan: Plan, observed: PlanObservation, now: number): Advanced {
  if (plan.stagedUntil !== null && now >= plan.stagedUntil)
    return expire(plan, now, 'it was staged for too long without being continued');
  const { analysed, obstacles } = observed.gates;
  const lasting = obstacles.filter((each) => each.code === 'approval-missing' || !mayWaitFor(each));
  const moved = analysed.content !== plan.content;
  if (lasting.length > 0) {
    const why = lasting.map((each) => each.detail).join('; ');
    return expire(plan, now, moved ? `what it was analysed against moved: ${why}` : why);
  }
  if (moved)
    return {
      plan: {
        ...plan,
        ...analysed,
        operations: analysed.operations.map((each) => ({ ...each, before: beforeOf(plan, each) })),
        state: 'staging',
        continued: false,
        reason: null,
      },
      notes: [note('warning', 'what it was analysed against moved: it was analysed again and is staged anew')],
    };
  if (!plan.continued) return { plan, notes: [] };
  const [closed] = obstacles;
  if (closed !== undefined) return withReason(plan, closed.detail);
  return { plan: { ...plan, state: 'deploying', reason: null }, notes: [note('info', 'the switch begins')] };
}

function beforeOf(plan: Plan, operation: PlanOperation): Target | null {
  return plan.operations.find((each) => each.id === operation.id)?.before ?? null;
}

function expire(plan: Plan, now: number, reason: string): Advanced {
  const operations = plan.operations.map((each) => ({ ...each, state: 'cancelled' as const, endedAt: now }));
  return { plan: { ...plan, state: 'expired', reason, operations }, notes: [note('warning', `expired: ${reason}`)] };
}

/** While a plan rests nothing begins; what runs already comes to its end. A freeze that is over lets it go on. */
function rest(plan: Plan, observed: PlanObservation, now: number): Advanced {
  const settled = settleOne(plan, observed, now);
  if (settled !== undefined) return settled;
  if (plan.paused?.by !== 'freeze' || observed.gates.frozen !== null) return { plan, notes: [] };
  return {
    plan: { ...plan, state: plan.paused.from, paused: null, reason: null },
    notes: [note('info', 'goes on: the freeze is over')],
  };
}

function isStaged(site: SiteProgress, operation: PlanOperation): boolean {
  const report = reportOf(site, operation.after);
  return report !== undefined && report.phase !== 'pulling';
}

function deploy(plan: Plan, observed: PlanObservation, now: number): Advanced {
  const settled = settleOne(plan, observed, now);
  if (settled !== undefined) return settled;
  const failed = plan.operations.filter((each) => each.state === 'failed');
  const pending = plan.operations.filter((each) => each.state === 'pending');
  const stopping = failed.length > 0 && plan.failurePolicy !== 'continue';
  const startable = stopping ? [] : startableOf(plan, pending);
  if (startable.length > 0) return begin(plan, { observed, startable }, now);
  if (plan.operations.some((each) => each.state === 'running'))
    return withReason(plan, waitingFor(plan, observed, now));
  return conclude(plan, { failed, pending }, now);
}

/** Records the end of one operation that runs; undefined when none has ended. */
function settleOne(plan: Plan, observed: PlanObservation, now: number): Advanced | undefined {
  for (const operation of plan.operations) {
    if (operation.state !== 'running') continue;
    if (isRinged(operation)) {
      // A plan that rests leaves its rings where they are.
      const settled = plan.state === 'paused' ? undefined : settleRings(plan, { operation, observed }, now);
      if (settled !== undefined) return settled;
      continue;
    }
    const outcome = outcomeOf(operation, observed);
    if (outcome !== undefined) return end(plan, { operation, ...outcome }, now);
  }
  return undefined;
}

/** Takes one operation over its rings; undefined when nothing moved. */
function settleRings(
  plan: Plan,
  given: { readonly operation: RingedOperation; readonly observed: PlanObservation },
  now: number,
): Advanced | undefined {
  const { operation, observed } = given;
  const barred = barRings(plan, given);
  if (barred !== undefined) return barred;
  const next = observeRings(plan, given, now);
  if (next === undefined) return undefined;
  const { outcome } = next;
  if (outcome.kind === 'stopped' && outcome.onError !== 'rollback-all') return restAtRing(plan, { operation, next });
  const moved = next.fleet === operation.fleet ? plan : moveRings(plan, operation, next.fleet);
  const notes = notesOf(operation, next);
  if (outcome.kind === 'under-way') return moved === plan ? undefined : { plan: moved, notes };
  const ended = end(moved, { operation, ...endOfRings(outcome, { operation, observed }) }, now);
  return { plan: ended.plan, notes: [...notes, ...ended.notes] };
}

function endOfRings(
  outcome: { readonly kind: 'done' } | { readonly kind: 'stopped'; readonly reason: string },
  given: { readonly operation: PlanOperation; readonly observed: PlanObservation },
): Outcome {
  if (outcome.kind === 'stopped') return { state: 'failed', message: outcome.reason, site: null };
  const sites = sitesOf(given.observed, given.operation);
  const away = sites.filter((each) => !each.online).length;
  const broken = sites.filter(
    (each) => reportOf(each, given.operation.after)?.phase === 'failed' && each.online,
  ).length;
  const words = [
    ...(broken === 0 ? [] : [`${broken} of ${sites.length} sites failed and run what they ran before`]),
    ...(away === 0 ? [] : [offlineWords(away, sites.length)]),
  ];
  return { state: 'succeeded', message: words.length === 0 ? null : words.join('; '), site: null };
}

function offlineWords(away: number, all: number): string {
  return `${away} of ${all} sites are offline and follow when they return`;
}

/** What may begin now: of the lowest wave that is not done, as many as may run at once. */
function startableOf(plan: Plan, pending: readonly PlanOperation[]): readonly PlanOperation[] {
  const running = plan.operations.filter((each) => each.state === 'running');
  const wave = Math.min(...[...pending, ...running].map((each) => each.wave));
  const places = (plan.course.parallel ?? Number.POSITIVE_INFINITY) - running.length;
  const next = pending.filter((each) => each.wave === wave);
  return next.slice(0, Math.max(0, Math.min(places, next.length)));
}

function begin(
  plan: Plan,
  given: { readonly observed: PlanObservation; readonly startable: readonly PlanOperation[] },
  now: number,
): Advanced {
  const { frozen, quarantined } = given.observed.gates;
  const { rings } = plan.course;
  if (frozen !== null && plan.course.whileFrozen === 'stop') {
    const reason = `rests while the environment is frozen (${frozen})`;
    return {
      plan: { ...plan, state: 'paused', paused: { from: 'deploying', by: 'freeze' }, reason },
      notes: [note('warning', reason)],
    };
  }
  const barred = given.startable.find(
    (each) => each.kind === 'deploy' && each.after !== null && quarantined.has(each.after.build),
  );
  if (barred !== undefined)
    return end(
      plan,
      { operation: barred, state: 'failed', message: 'its build was put into quarantine', site: null },
      now,
    );
  const operations = plan.operations.map((each) =>
    given.startable.includes(each)
      ? { ...each, state: 'running' as const, startedAt: now, fleet: rings === null ? null : newFleet(rings) }
      : each,
  );
  return {
    plan: { ...plan, operations, reason: null },
    notes: given.startable.map((each) => note('info', startWord[each.kind], each)),
  };
}

const startWord = {
  deploy: 'the switch to the new build begins',
  configure: 'changed settings are applied',
  remove: 'is taken out',
} as const;

function conclude(
  plan: Plan,
  rest: { readonly failed: readonly PlanOperation[]; readonly pending: readonly PlanOperation[] },
  now: number,
): Advanced {
  if (rest.failed.length === 0)
    return { plan: { ...plan, state: 'succeeded', reason: null }, notes: [note('info', 'the plan succeeded')] };
  const names = rest.failed.map((each) => each.applicationName).join(', ');
  const cancelled = plan.operations.map((each) =>
    each.state === 'pending' ? { ...each, state: 'cancelled' as const, endedAt: now } : each,
  );
  if (plan.failurePolicy === 'return') {
    const operations = cancelled.map((each) =>
      each.state === 'succeeded' ? { ...each, state: 'returning' as const } : each,
    );
    return {
      plan: {
        ...plan,
        state: 'returning',
        reason: `${names} failed; everything that the plan changed goes back`,
        operations,
      },
      notes: [note('warning', 'everything that the plan changed goes back')],
    };
  }
  const some = plan.operations.some((each) => each.state === 'succeeded') && plan.failurePolicy === 'continue';
  const state = some ? 'succeeded-with-warnings' : 'failed';
  return {
    plan: { ...plan, state, reason: `${names} failed and runs what it ran before`, operations: cancelled },
    notes: [note('error', `the plan ended: ${names} failed`)],
  };
}

interface Outcome {
  readonly state: 'succeeded' | 'failed';
  readonly message: string | null;
  readonly site: string | null;
}

/** An operation is done when every site that is online has it, and has failed when one of them says so. */
function outcomeOf(operation: PlanOperation, observed: PlanObservation): Outcome | undefined {
  const sites = sitesOf(observed, operation);
  const online = sites.filter((each) => each.online);
  if (operation.after === null) {
    const gone = online.every((site) => site.reports.length === 0);
    return gone && (online.length > 0 || sites.length === 0)
      ? { state: 'succeeded', message: null, site: null }
      : undefined;
  }
  const broken = online.find((site) => reportOf(site, operation.after)?.phase === 'failed');
  if (broken !== undefined)
    return { state: 'failed', message: reportOf(broken, operation.after)?.message ?? null, site: broken.name };
  if (online.length === 0) return undefined;
  const away = sites.length - online.length;
  if (!online.every((site) => reportOf(site, operation.after)?.phase === 'healthy')) return undefined;
  return {
    state: 'succeeded',
    message: away === 0 ? null : offlineWords(away, sites.length),
    site: null,
  };
}

function end(plan: Plan, outcome: Outcome & { readonly operation: PlanOperation }, now: number): Advanced {
  const { operation, state, message, site } = outcome;
  const operations = plan.operations.map((each) =>
    each.id === operation.id ? ended(each, state, now, message) : each,
  );
  const text =
    state === 'succeeded'
      ? (message ?? 'done')
      : `failed${message === null ? '' : `: ${message}`}; what ran before runs on`;
  return {
    plan: { ...plan, operations },
    notes: [note(state === 'succeeded' ? 'info' : 'error', text, operation, site)],
  };
}

function goBack(plan: Plan, observed: PlanObservation, now: number): Advanced {
  const operation = plan.operations.find((each) => each.state === 'returning' && isBack(each, observed));
  if (operation !== undefined) {
    const operations = plan.operations.map((each) =>
      each.id === operation.id ? ended(each, 'returned', now, null) : each,
    );
    return { plan: { ...plan, operations }, notes: [note('info', 'is back at what ran before', operation)] };
  }
  if (plan.operations.some((each) => each.state === 'returning')) return withReason(plan, plan.reason);
  const state = plan.state === 'aborting' ? 'aborted' : 'returned';
  return { plan: { ...plan, state }, notes: [note('warning', `the plan was ${state}`)] };
}

/** A site that runs the earlier target badly is back all the same: it cannot be brought further back. */
function isBack(operation: PlanOperation, observed: PlanObservation): boolean {
  const online = sitesOf(observed, operation).filter((each) => each.online);
  if (operation.before === null) return online.every((site) => site.reports.length === 0);
  const settled = new Set(['healthy', 'degraded', 'failed']);
  return online.every((site) => {
    const report = reportOf(site, operation.before);
    return (
      report !== undefined &&
      settled.has(report.phase) &&
      site.reports.every((each) => each.operation !== operation.after?.operation)
    );
  });
}

export interface WantedTargets {
  readonly target: Target | null;
  /** What its sites should have ready beside it. */
  readonly staged: Target | null;
  /** What sites are to run that were not told to take the target yet; undefined where all are. */
  readonly held: Target | null | undefined;
}

/** Of a plan that has begun: what each of its applications should be now. */
export function targetsOf(plan: Plan): ReadonlyMap<ApplicationId, WantedTargets> {
  const forward = new Set<OperationState>(['running', 'succeeded']);
  const preparing =
    plan.state === 'staging' || plan.state === 'staged' || plan.state === 'deploying' || plan.state === 'paused';
  const isToStage = (each: PlanOperation) => each.state === 'pending' && preparing && plan.course.rings === null;
  return new Map(
    plan.operations.map((each) => [
      each.application,
      forward.has(each.state)
        ? { target: each.after, staged: null, held: isRinged(each) ? each.before : undefined }
        : { target: each.before, staged: isToStage(each) ? each.after : null, held: undefined },
    ]),
  );
}

function sitesOf(observed: PlanObservation, operation: PlanOperation): readonly SiteProgress[] {
  return observed.sites.filter((each) => each.application === operation.application);
}

function reportOf(site: SiteProgress, target: Target | null) {
  return target === null ? undefined : site.reports.find((each) => each.operation === target.operation);
}

function waitingFor(plan: Plan, observed: PlanObservation, now: number): string | null {
  const lonely = plan.operations.find(
    (each) => each.state === 'running' && sitesOf(observed, each).every((site) => !site.online),
  );
  if (lonely !== undefined) return `${lonely.applicationName} waits for a site that is online`;
  const waits = plan.operations.filter(isRinged).flatMap((operation) => {
    const outcome = observeRings(plan, { operation, observed }, now)?.outcome;
    return outcome?.kind === 'under-way' ? [`${operation.applicationName} waits for ${outcome.waitsFor}`] : [];
  });
  if (waits.length > 0) return waits.join('; ');
  for (const operation of plan.operations) {
    const [waiting] = sitesOf(observed, operation).filter((site) => waitsAt(site, operation));
    if (operation.state === 'running' && waiting !== undefined)
      return `${operation.applicationName} ${reportOf(waiting, operation.after)?.message} (${waiting.name})`;
  }
  return null;
}

/** Whether its rollout stands at a step until somebody, or an analysis, takes it further. */
function waitsAt(site: SiteProgress, operation: PlanOperation): boolean {
  const report = reportOf(site, operation.after);
  return site.online && report?.phase === 'stepping' && report.message !== null;
}

function ended(operation: PlanOperation, state: OperationState, now: number, message: string | null): PlanOperation {
  return { ...operation, state, message, endedAt: now };
}
