import { ConnectionError, ProblemError } from '@almanac/client';

/** More than a minute of pauses: a server that is upgraded meanwhile is back before. */
const mostAttempts = 20;

/**
 * Repeats a call while the server does not answer or breaks: one that is started again costs no build.
 *
 * @throws whatever the call throws that repeating would not mend, and anything once the signal fires
 */
export async function patiently<Answer>(signal: AbortSignal, call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const mayPass =
        error instanceof ConnectionError || (error instanceof ProblemError && error.problem.status >= 500);
      if (!mayPass || signal.aborted || attempt >= mostAttempts) throw error;
      await pause(backOff(attempt), signal);
    }
  }
}

/** Half a second, doubled up to 15 seconds, with a random half so that builders do not come all at once. */
export function backOff(failures: number): number {
  const longest = Math.min(15_000, 250 * 2 ** Math.min(failures, 10));
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Waits, unless the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
