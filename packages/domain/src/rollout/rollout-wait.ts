import type { Hold } from './rollout.ts';

/** A rollout that waits for a person, as a site tells of it. */
interface ReportedWait {
  readonly cause: Hold['cause'];
  /** The index of the step. */
  readonly step: number;
  /** How often analyses were made anew. */
  readonly run: number;
  /** The number of the last command that was carried out. */
  readonly commanded: number;
}

/**
 * What makes one wait: sites of an environment that wait at the same step for the same wait together, and whoever was
 * resumed and cannot tell once more waits anew.
 */
export function waitKey({ cause, step, run, commanded }: ReportedWait): string {
  // A pause is ordered: every site got it by the number of the same command.
  return `${step}:${cause}:${cause === 'person' ? commanded : run}`;
}

const goOn = 'Resume it to let it go on';
const anew = 'Resume it to have the analysis made anew';
const leaveOut = 'skip the step or promote the version to leave out what remains';

const asked = {
  step: `${goOn}, ${leaveOut}, or abort it to go back.`,
  person: `${goOn}, ${leaveOut}, or abort it to go back.`,
  marginal: `${anew}, ${leaveOut}, or abort it to go back.`,
  'insufficient-data': `${anew} over more requests, ${leaveOut}, or abort it to go back.`,
  error: `Mend what the analysis asks. ${anew}, ${leaveOut}, or abort it to go back.`,
} as const satisfies Record<Hold['cause'], string>;

/** What a person is asked to decide, in words. */
export function askedOf(cause: Hold['cause']): string {
  return asked[cause];
}
