/** Wakes a loop of this process early; what it would have found then it finds at its next look anyway. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring (or at once when it rang since the last wait), after `ms`, or when `signal` fires. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms, signal) => {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        wake = done;
        if (rung || signal.aborted) done();
      });
      rung = false;
    },
  };
}
