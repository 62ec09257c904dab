/** A step that could not be started is tried again after so many milliseconds, so often. */
const retryMs = 2000;
const mostFaults = 5;
const longestMs = 30 * 60_000;

/** What a site noted of a one-off step of an operation, such as a migration. Times are milliseconds since the epoch. */
export interface StepStanding {
  /** `waiting` when it could not be started, and is tried again. */
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed';
  readonly startedAt: number;
}

/**
 * Whether a step that is wanted may be started: it never was, or could not be started a while ago, and no other step of
 * the application runs. What an earlier rollout began runs to its end: two migrations never work on one database together.
 */
export function mayBeginStep(
  known: StepStanding | undefined,
  others: readonly Pick<StepStanding, 'state'>[],
  now: number,
): boolean {
  if (others.some((each) => each.state === 'running')) return false;
  return known === undefined || (known.state === 'waiting' && now >= known.startedAt + retryMs);
}

/**
 * What a site still has to know of its steps: those of operations in use, and what runs until it has ended. What runs when
 * its operation is given up is `abandoned`: should the operation come again, as a deployment of its own, it waits for that
 * and goes by no result of before.
 */
export function keptSteps<
  Step extends Pick<StepStanding, 'state'> & { readonly operation: string; readonly abandoned?: boolean | undefined },
>(steps: readonly Step[], inUse: ReadonlySet<string>): Step[] {
  return steps.flatMap((step) => {
    if (step.abandoned !== true && inUse.has(step.operation)) return step;
    return step.state === 'running' ? { ...step, abandoned: true } : [];
  });
}

/** What becomes of a step that could not be started once more; `faults` counts how often. */
export function afterStepFault(record: { readonly faults: number }): {
  readonly faults: number;
  readonly state: 'waiting' | 'failed';
} {
  const faults = record.faults + 1;
  return { faults, state: faults < mostFaults ? 'waiting' : 'failed' };
}

/** What the machine shows of a step that was started. */
export interface StepEvidence {
  /** What it left behind when it ended; null while there is nothing. */
  readonly exitCode: number | null;
  readonly alive: boolean;
  readonly startedAt: number;
}

export type StepVerdict =
  | { readonly kind: 'running' }
  /** Gone without a status: it ended together with the machine, or was killed, and is to be run again. */
  | { readonly kind: 'interrupted' }
  | {
      /** `overdue` is ended by whoever looks. */
      readonly kind: 'ended' | 'overdue';
      readonly state: 'succeeded' | 'failed';
      /** Said after the output. */
      readonly remark: string;
    };

/** What the evidence of a started step means at `now`: a status counts, whatever became of the process since. */
export function judgeStep(evidence: StepEvidence, now: number): StepVerdict {
  const { exitCode, alive, startedAt } = evidence;
  if (exitCode === 0) return { kind: 'ended', state: 'succeeded', remark: '' };
  if (exitCode !== null) return { kind: 'ended', state: 'failed', remark: `\n(exit status ${exitCode})` };
  if (!alive) return { kind: 'interrupted' };
  if (now - startedAt <= longestMs) return { kind: 'running' };
  const remark = `\n(stopped: it took more than ${longestMs / 60_000} minutes)`;
  return { kind: 'overdue', state: 'failed', remark };
}
