import type { NumbersInForce } from '../access/security-numbers.ts';

/** What a provider says of somebody who is signed in: still there, gone, or nothing because it does not answer. */
export type RecheckOutcome = 'there' | 'gone' | 'no-answer';

type RecheckNumbers = Pick<NumbersInForce, 'provider-recheck' | 'provider-patience'>;

const minute = 60_000;
/** A provider that is away is asked again soon. */
const againMs = 2 * minute;

/** When somebody who is there is asked about again; milliseconds since the epoch. */
export function nextRecheck(numbers: RecheckNumbers, now: number): number {
  return now + numbers['provider-recheck'] * minute;
}

export type RecheckDecision =
  /** Milliseconds since the epoch. */
  | { readonly kind: 'keep'; readonly dueAt: number }
  | { readonly kind: 'end'; readonly why: 'gone' | 'no-answer-for-too-long' };

/** What becomes of a session after a check. Times are milliseconds since the epoch; `lastAnswerAt` is of the last good one. */
export function decideRecheck(
  outcome: RecheckOutcome,
  {
    lastAnswerAt,
    now,
    numbers,
  }: { readonly lastAnswerAt: number; readonly now: number; readonly numbers: RecheckNumbers },
): RecheckDecision {
  if (outcome === 'gone') return { kind: 'end', why: 'gone' };
  if (outcome === 'there') return { kind: 'keep', dueAt: nextRecheck(numbers, now) };
  return now - lastAnswerAt >= numbers['provider-patience'] * minute
    ? { kind: 'end', why: 'no-answer-for-too-long' }
    : { kind: 'keep', dueAt: now + againMs };
}
