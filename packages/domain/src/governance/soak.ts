/** One build in one environment, from one operation to the next; `until` is null while it runs. */
export interface Stay {
  readonly build: string;
  /** Whether it is the candidate, or a later build that contains it. */
  readonly inLine: boolean;
  readonly from: number;
  readonly until: number | null;
}

/**
 * How long a candidate, or what contains it, ran without a break, in milliseconds; null when it never ran there. Later
 * builds count for it, so that an environment which changes every hour lets something soak all the same; a step back to
 * an earlier build begins anew. Stays come oldest first.
 */
export function soakOf(
  stays: readonly Stay[],
  now: number,
): { readonly longest: number; readonly runsSince: number | null } | null {
  let since: number | null = null;
  let longest: number | null = null;
  for (const stay of stays) {
    since = stay.inLine ? (since ?? stay.from) : null;
    if (since !== null) longest = Math.max(longest ?? 0, (stay.until ?? now) - since);
    if (stay.until !== null && stay === stays.at(-1)) since = null;
  }
  return longest === null ? null : { longest, runsSince: since };
}
