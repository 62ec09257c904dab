import { useEffect, useState } from 'react';

export interface GrowingText {
  readonly text: string;
  readonly complete: boolean;
  readonly error: unknown;
}

/** More than this is not kept in the page; the beginning is dropped. */
const mostCharacters = 40_000_000;

/**
 * Reads a text that grows, chunk by chunk, each read waiting for what comes next, until it is complete or the
 * component goes. `read` must not change between renders.
 */
export function useGrowingText(
  read: (
    after: number | undefined,
    signal: AbortSignal,
  ) => Promise<{ readonly text: string; readonly next: number; readonly complete: boolean }>,
): GrowingText {
  const [state, setState] = useState<GrowingText>({ text: '', complete: false, error: null });
  useEffect(() => {
    const gone = new AbortController();
    const follow = async () => {
      let after: number | undefined;
      for (let complete = false; !complete && !gone.signal.aborted; ) {
        const chunk = await read(after, gone.signal);
        after = chunk.next;
        complete = chunk.complete;
        setState((old) => ({
          text: (old.text + chunk.text).slice(-mostCharacters),
          complete: chunk.complete,
          error: null,
        }));
      }
    };
    setState({ text: '', complete: false, error: null });
    follow().catch((error: unknown) => {
      if (!gone.signal.aborted) setState((old) => ({ ...old, error }));
    });
    return () => gone.abort();
  }, [read]);
  return state;
}
