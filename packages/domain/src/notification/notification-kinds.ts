import { type PlanState, planStates } from '../plan/plan.ts';

/** A plan came to a state; a draft is told as `plan-created`. */
export type PlanNotificationKind = 'plan-created' | `plan-${Exclude<PlanState, 'draft'>}`;

const buildEnds = ['succeeded', 'failed', 'errored', 'cancelled'] as const;
export type BuildNotificationKind = `build-${(typeof buildEnds)[number]}`;

const otherKinds = [
  'version-created',
  'hotfix-started',
  'hotfix-closed',
  'site-silent',
  'site-back',
  'application-failed',
  'application-degraded',
  'application-recovered',
  'break-glass-used',
  'allow-lists-cleared',
  'allow-lists-returned',
  'rollout-waiting',
] as const;

export type NotificationKind = PlanNotificationKind | BuildNotificationKind | (typeof otherKinds)[number];

/** Everything that somebody can be told of. */
export const notificationKinds: readonly NotificationKind[] = [
  ...planStates.map(kindOfPlanState),
  ...buildEnds.map((state) => `build-${state}` as const),
  ...otherKinds,
];

function kindOfPlanState(state: PlanState): PlanNotificationKind {
  return state === 'draft' ? 'plan-created' : `plan-${state}`;
}

/** What the change of a plan is told as; undefined when it stayed in its state. */
export function kindOfPlan(change: {
  readonly was: string | undefined;
  readonly state: string;
}): PlanNotificationKind | undefined {
  if (change.was === change.state) return undefined;
  const state = planStates.find((each) => each === change.state);
  return state === undefined ? undefined : kindOfPlanState(state);
}

/** What the change of a build is told as; undefined before its end. */
export function kindOfBuild(state: string): BuildNotificationKind | undefined {
  const end = buildEnds.find((each) => each === state);
  return end === undefined ? undefined : `build-${end}`;
}
