/** Reads of one thing each that are done for many at once. */
export type BatchReads<Result> = (key: string) => Promise<Result | undefined>;

interface Batch<Result> {
  readonly keys: Set<string>;
  readonly found: Promise<ReadonlyMap<string, Result>>;
}

/**
 * Collects what is asked for while a read runs, and reads all of it at once afterwards; the first question is read in
 * the same turn of the event loop with those that came with it. No answer is older than its question.
 */
export function batchReads<Result>(
  readAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, Result>>,
): BatchReads<Result> {
  let waiting: Batch<Result> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const open = (): Batch<Result> => {
    const keys = new Set<string>();
    const turn = new Promise((resolve) => setImmediate(resolve));
    const found = Promise.all([running, turn]).then(() => {
      waiting = undefined;
      return readAll([...keys]);
    });
    running = found.catch(() => undefined);
    return { keys, found };
  };
  return async (key) => {
    waiting ??= open();
    waiting.keys.add(key);
    return (await waiting.found).get(key);
  };
}
