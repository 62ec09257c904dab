import { setTimeout as pause } from 'node:timers/promises';

/** Runs `round` again and again with a pause between, until `signal` fires; a round that has begun is always ended. */
export async function repeat({ round, pauseMs, signal, onError }) {
  while (!signal.aborted) {
    await round().catch(onError);
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
}
