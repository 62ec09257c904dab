import type { RingCounts } from './count-rings.ts';
import type { Ring, RingProgress } from './fleet.ts';

export type RingVerdict =
  | { readonly verdict: 'passes' }
  | { readonly verdict: 'waits'; readonly for: string }
  | { readonly verdict: 'fails'; readonly reason: string };

/**
 * What the counts of a ring mean. Failures that somebody accepted are left out of the reckoning; everything else is
 * integer arithmetic on percent, so that a threshold is met exactly where it says.
 */
export function judgeRing(ring: Ring, progress: Pick<RingProgress, 'accepted'>, counts: RingCounts): RingVerdict {
  const { total, done, offline, waiting } = counts;
  if (total === 0) return { verdict: 'passes' };
  const failed = Math.max(0, counts.failed - progress.accepted);
  const executed = done + failed;
  if (executed >= ring.minExecuted && failed * 100 > ring.errorThreshold * executed)
    return { verdict: 'fails', reason: `${failed} of ${sites(executed)} failed, more than ${ring.errorThreshold} %` };
  if (offline * 100 > ring.maxOffline * total)
    return { verdict: 'waits', for: `more than ${ring.maxOffline} % of its sites are offline` };
  const enough = done > 0 && done * 100 >= ring.successThreshold * (executed + waiting);
  if (enough) return { verdict: 'passes' };
  // Whoever accepted all failures of a ring has nobody left who shows that it works: that needs a decision again.
  if (waiting === 0 && counts.failed > 0 && (failed > 0 || done === 0))
    return {
      verdict: 'fails',
      reason: `${done} of ${sites(failed > 0 ? executed : counts.failed)} succeeded, less than ${ring.successThreshold} %`,
    };
  return { verdict: 'waits', for: waiting === 0 ? 'none of its sites can be reached' : 'its sites are at work' };
}

function sites(count: number): string {
  return count === 1 ? '1 site' : `${count} sites`;
}
