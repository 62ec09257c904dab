import type { Logger } from 'pino';

const leastJumpMs = 5000;

/**
 * Says when somebody set the clock of the machine, and by how much. Nothing else comes of it: durations go by a clock that
 * nobody sets (`steadyNow`), and the order of documents by their generation.
 */
export function createClockWatch(input: {
  readonly now: () => number;
  readonly steadyNow: () => number;
  readonly log: Pick<Logger, 'warn'>;
}): () => void {
  let offset = input.now() - input.steadyNow();
  return () => {
    const jumped = input.now() - input.steadyNow() - offset;
    if (Math.abs(jumped) < leastJumpMs) return;
    offset += jumped;
    input.log.warn(
      { seconds: Math.round(jumped / 1000) },
      'the clock of this machine was set; nothing here goes by it',
    );
  };
}
