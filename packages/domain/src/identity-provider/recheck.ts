/** What a provider says of somebody who is signed in: still there, gone, or nothing because it does not answer. */
export type RecheckOutcome = 'there' | 'gone' | 'no-answer';

/**
 * Minutes. Sessions are checked so often that none is unchecked for 15; a provider that is away is asked again soon, and
 * after an hour without an answer those whom it let in are out.
 */
export const recheckRules = { every: 10, again: 2, patience: 60 } as const;

const minute = 60_000;

export type RecheckDecision =
  /** Milliseconds since the epoch. */
  | { readonly kind: 'keep'; readonly dueAt: number }
  | { readonly kind: 'end'; readonly why: 'gone' | 'no-answer-for-too-long' };

/** What becomes of a session after a check. Times are milliseconds since the epoch; `lastAnswerAt` is of the last good one. */
export function decideRecheck(outcome: RecheckOutcome, lastAnswerAt: number, now: number): RecheckDecision {
  if (outcome === 'gone') return { kind: 'end', why: 'gone' };
  if (outcome === 'there') return { kind: 'keep', dueAt: now + recheckRules.every * minute };
  return now - lastAnswerAt >= recheckRules.patience * minute
    ? { kind: 'end', why: 'no-answer-for-too-long' }
    : { kind: 'keep', dueAt: now + recheckRules.again * minute };
}
