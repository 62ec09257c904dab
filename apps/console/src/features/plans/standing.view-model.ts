import type { Obstacle, Plan, Standing } from '@almanac/protocol';

/** How an obstacle is drawn: what passes by itself waits, what somebody must mend has failed. */
export function obstacleHealth(obstacle: Pick<Obstacle, 'code' | 'earliest'>): 'waiting' | 'failed' | 'warning' {
  if (obstacle.earliest !== null) return 'waiting';
  return obstacle.code === 'approval-missing' ? 'waiting' : obstacle.code === 'unconfirmed' ? 'warning' : 'failed';
}

const titles: Readonly<Record<Obstacle['code'], string>> = {
  quarantined: 'In quarantine',
  finding: 'Would break something',
  unconfirmed: 'To be confirmed',
  'tests-failed': 'Tests failed',
  'tests-missing': 'No tests',
  frozen: 'Frozen',
  'approval-missing': 'Approval wanted',
  'outside-window': 'Outside of the change window',
  scheduled: 'Scheduled',
  'too-young': 'Too young',
  'not-soaked': 'Not soaked yet',
  'ring-waits': 'Waits at a ring',
};

export function obstacleTitle(obstacle: Pick<Obstacle, 'code'>): string {
  return titles[obstacle.code];
}

/** The obstacles of a plan that are not said already where its findings are listed. */
export function gatesOf(standing: Standing): readonly Obstacle[] {
  return standing.obstacles.filter((each) => each.code !== 'finding' && each.code !== 'unconfirmed');
}

/** When it could begin, in a sentence. `now` in milliseconds since the epoch. */
export function earliestWords(standing: Standing, now: number): string {
  if (standing.obstacles.length === 0) return 'Nothing stands in the way.';
  if (gatesOf(standing).length === 0) return 'Only its findings stand in the way.';
  if (standing.earliest === null) return 'It waits until somebody acts.';
  return `If nobody does anything it can begin ${until(Date.parse(standing.earliest), now)}.`;
}

const minute = 60_000;

/** A time to come as a span: "in 12 min", "in 3 h", "in 2 days". */
export function until(at: number, now: number): string {
  const minutes = Math.ceil((at - now) / minute);
  if (minutes <= 0) return 'now';
  if (minutes < 60) return `in ${minutes} min`;
  const days = Math.round(minutes / 1440);
  if (minutes >= 1440) return days === 1 ? 'in 1 day' : `in ${days} days`;
  const rest = minutes % 60;
  return rest === 0 ? `in ${minutes / 60} h` : `in ${Math.floor(minutes / 60)} h ${rest} min`;
}

/** What somebody said of a plan, and whether it counts for what the plan contains now. */
export interface Voice {
  readonly key: string;
  readonly by: string;
  readonly words: string;
  readonly comment: string;
  readonly at: string;
  readonly counts: boolean;
}

/** Who said what of a plan, the newest first; what does not count any more says why. */
export function voices(plan: Pick<Plan, 'approvals'>): readonly Voice[] {
  return plan.approvals
    .toSorted((a, b) => b.at.localeCompare(a.at))
    .map((each) => ({
      key: `${each.by} ${each.at}`,
      by: each.by,
      words:
        each.verdict === 'rejected'
          ? 'sent it back'
          : each.withdrawnAt !== null
            ? 'approved it, and took that back'
            : each.valid
              ? 'approved it'
              : 'approved what it contained before: that does not count any more',
      comment: each.comment,
      at: each.at,
      counts: each.verdict === 'approved' && each.valid,
    }));
}
