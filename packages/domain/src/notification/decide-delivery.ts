/** How the last attempts at one receiver went. */
export interface ReceiverHealth {
  /** Attempts that failed since the last one that succeeded. */
  readonly failures: number;
  /** When the first of these was, in milliseconds since 1970. */
  readonly failingSince: number | null;
}

export type AttemptOutcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      /** How long the receiver asks to be left alone. */
      readonly retryAfterSeconds: number | null;
      /** The receiver says that it is there no longer. */
      readonly gone: boolean;
    };

export interface DeliveryDecision {
  readonly delivery:
    | { readonly state: 'delivered' }
    | { readonly state: 'pending'; readonly dueAt: number }
    | { readonly state: 'given-up' };
  readonly health: ReceiverHealth;
  /** Why the receiver is left alone from now on, until somebody resumes it; null when it is not. */
  readonly pause: string | null;
}

/** Pauses after each attempt that failed, in seconds: about sixteen hours in all, and dense where outages are short. */
export const retryPauses = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800] as const;

/** A receiver is paused that failed so often and for so long: both, so that a short outage under load is none. */
export const pauseAfter = { failures: 5, milliseconds: 3_600_000 } as const;

/** More than this nobody may ask for: a receiver must not silence its subscription for days. */
const mostRetryAfterSeconds = 3600;

/**
 * What follows from one attempt: `tries` counts the attempts at this delivery, this one included; `random` in [0, 1)
 * spreads retries over ±25 %, so that receivers that come back are not met by everybody at once.
 */
export function decideDelivery(input: {
  readonly tries: number;
  readonly outcome: AttemptOutcome;
  readonly health: ReceiverHealth;
  readonly now: number;
  readonly random: number;
}): DeliveryDecision {
  const { outcome, now } = input;
  if (outcome.kind === 'delivered')
    return { delivery: { state: 'delivered' }, health: { failures: 0, failingSince: null }, pause: null };
  const health = { failures: input.health.failures + 1, failingSince: input.health.failingSince ?? now };
  const next = retryPauses[input.tries - 1];
  if (next === undefined)
    return {
      delivery: { state: 'given-up' },
      health,
      pause: `a notification could not be delivered in ${input.tries} attempts`,
    };
  const wanted = Math.min(outcome.retryAfterSeconds ?? 0, mostRetryAfterSeconds);
  const pauseSeconds = Math.max(next * (0.75 + input.random / 2), wanted);
  return {
    delivery: { state: 'pending', dueAt: now + Math.round(pauseSeconds * 1000) },
    health,
    pause: pauseOf(outcome.gone, health, now),
  };
}

function pauseOf(gone: boolean, health: ReceiverHealth, now: number): string | null {
  if (gone) return 'the receiver said that it is gone (410)';
  const lasted = now - (health.failingSince ?? now);
  return health.failures >= pauseAfter.failures && lasted >= pauseAfter.milliseconds
    ? `${health.failures} attempts in a row failed, over ${Math.floor(lasted / 60_000)} minutes`
    : null;
}
