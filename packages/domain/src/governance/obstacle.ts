/** Codes of what can stand between a version and an environment. */
export const obstacleCodes = [
  'quarantined',
  'finding',
  'unconfirmed',
  'tests-failed',
  'tests-missing',
  'frozen',
  'approval-missing',
  'outside-window',
  'scheduled',
  'too-young',
  'not-soaked',
  'ring-waits',
] as const;
export type ObstacleCode = (typeof obstacleCodes)[number];

/** One thing that stands between a version and an environment. */
export interface Obstacle {
  readonly code: ObstacleCode;
  /** Null where it concerns the whole plan. */
  readonly application: string | null;
  readonly detail: string;
  /** Who can do something about it. */
  readonly owner: string;
  /** What they would do. */
  readonly action: string;
  /** When it passes by itself; null when it never does. */
  readonly earliest: number | null;
}

/** What the analysis of a plan found. */
export interface Found {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly application: string;
  readonly detail: string;
  readonly fix: string | null;
}

/** Findings that are no error and still need somebody who says that this is what is wanted. */
export const confirmationCodes: ReadonlySet<string> = new Set([
  'downgrade',
  'migration-irreversible',
  'hotfix-lost',
  'restore-removes',
]);

/** What can be waited for once a plan is started. Everything else refuses the start, or sends the plan back. */
const waitable: ReadonlySet<ObstacleCode> = new Set([
  'approval-missing',
  'outside-window',
  'scheduled',
  'too-young',
  'not-soaked',
  'frozen',
]);

export function mayWaitFor(obstacle: Obstacle): boolean {
  return waitable.has(obstacle.code);
}

/** How a finding is named where it is set aside. */
export function findingKey(finding: Pick<Found, 'code' | 'application'>): string {
  return `${finding.code} ${finding.application}`;
}
