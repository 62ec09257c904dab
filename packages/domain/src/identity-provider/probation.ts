/** A configuration that was put into force, as far as it has shown whether anybody can sign in with it. */
export interface Probation {
  /** Sign-ins that ended well since it is in force. */
  readonly successes: number;
  /** Sign-ins that failed at the provider or by its answer since it is in force; what people cancel does not count. */
  readonly failures: number;
  /** Milliseconds since the epoch, as `now`. */
  readonly firstFailureAt: number | null;
  /** Whether there is a configuration to go back to, and whoever activated this one wants it to go back. */
  readonly returns: boolean;
}

/** A configuration with which nobody could sign in gives way after so many failures, or so long after the first. */
export const probationRules = { failures: 5, minutes: 30 } as const;

export type ProbationEnd = 'too-many-failures' | 'nobody-in-time';

/** Why a changed configuration gives way to the one before; undefined while it stays. One success is enough to stay. */
export function endOfProbation(given: Probation, now: number): ProbationEnd | undefined {
  if (!given.returns || given.successes > 0 || given.firstFailureAt === null) return undefined;
  if (given.failures >= probationRules.failures) return 'too-many-failures';
  return now - given.firstFailureAt >= probationRules.minutes * 60_000 ? 'nobody-in-time' : undefined;
}
