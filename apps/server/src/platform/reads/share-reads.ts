/** Reads that many ask for at once: `read` is done for all of them together. */
export type SharedReads<Result> = (key: string, read: () => Promise<Result>) => Promise<Result>;

interface Turn<Result> {
  readonly running: Promise<Result>;
  /** The read after this one, which everybody waits for who came while this one ran. */
  next: Promise<Result> | undefined;
}

/**
 * Shares the work of equal reads without ever giving an answer that is older than its question: whoever comes while a
 * read runs waits for the next one, which begins when that one ends. However many ask, at most one read of a key runs.
 */
export function shareReads<Result>(): SharedReads<Result> {
  const turns = new Map<string, Turn<Result>>();
  const begin = (key: string, read: () => Promise<Result>): Promise<Result> => {
    const running = read();
    const turn: Turn<Result> = { running, next: undefined };
    turns.set(key, turn);
    const end = () => {
      if (turn.next === undefined) turns.delete(key);
    };
    running.then(end, end);
    return running;
  };
  return (key, read) => {
    const turn = turns.get(key);
    if (turn === undefined) return begin(key, read);
    turn.next ??= turn.running.then(
      () => begin(key, read),
      () => begin(key, read),
    );
    return turn.next;
  };
}
