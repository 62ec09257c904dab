import type { Chance } from '../kernel/chance.ts';
import type { Kernel, Work } from '../kernel/kernel.ts';
import { beginning } from '../kernel/wall-clock.ts';
import { emptyTables, type Tables } from './tables.ts';

/** The database is away, or went away in the middle: whoever asked does not know whether it was done. */
export class Unavailable extends Error {}

/** What was read was changed meanwhile. */
export class Conflict extends Error {}

/** What a transaction is about to write, all at once or not at all; refuses with a conflict before it writes anything. */
export type Commit<Result> = () => Result;

export interface Database {
  readonly tables: () => Tables;
  /** Milliseconds since the epoch by the clock of the database: the only clock that decides about plans. */
  readonly now: () => number;
  /** Reads, decides, waits a little, and commits. `lock` is held from before the reading until the commit. */
  readonly transact: <Result>(input: {
    readonly lock: string | null;
    readonly decide: (now: number) => Commit<Result>;
  }) => Work<Result>;
  readonly isUp: () => boolean;
  /** Every transaction that is under way is lost; until it is back nothing can be asked. */
  readonly stop: () => void;
  readonly start: () => void;
  readonly setClock: (skew: number) => void;
  /** The tables as they were at some time take the place of those of now. */
  readonly replace: (tables: Tables) => void;
  /** Told after each commit. */
  readonly onCommitted: (listener: () => void) => void;
}

export function createDatabase(kernel: Kernel, chance: Chance): Database {
  let tables = emptyTables();
  let up = true;
  let session = 0;
  let skew = 0;
  const locks = new Map<string, symbol>();
  const listeners: (() => void)[] = [];
  const now = () => beginning + kernel.now() + skew;
  const stop = () => {
    up = false;
    session += 1;
    locks.clear();
  };
  const stillThere = (mine: number) => {
    if (!up || session !== mine) throw new Unavailable('the database went away');
  };
  function* takeLock(lock: string, token: symbol, mine: number): Work {
    while (locks.has(lock)) {
      yield chance.between(5, 40);
      stillThere(mine);
    }
    locks.set(lock, token);
  }
  return {
    tables: () => tables,
    now,
    isUp: () => up,
    stop,
    start: () => {
      up = true;
    },
    setClock: (given) => {
      skew = given;
    },
    replace: (given) => {
      stop();
      tables = given;
    },
    onCommitted: (listener) => listeners.push(listener),
    *transact({ lock, decide }) {
      const mine = session;
      const token = Symbol('transaction');
      const release = () => {
        if (lock !== null && locks.get(lock) === token) locks.delete(lock);
      };
      yield chance.between(1, 5);
      stillThere(mine);
      try {
        if (lock !== null) yield* takeLock(lock, token, mine);
        const commit = decide(now());
        yield chance.happens(0.02) ? chance.between(200, 3000) : chance.between(1, 15);
        stillThere(mine);
        const result = commit();
        release();
        for (const listener of listeners) listener();
        // Whoever dies here has done it and never heard of it.
        yield chance.between(1, 5);
        return result;
      } finally {
        release();
      }
    },
  };
}
