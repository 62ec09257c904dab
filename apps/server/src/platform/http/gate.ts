import { DomainError } from '@almanac/domain';

export interface GateLimits {
  /** Requests that are worked on at the same time. */
  readonly atWork: number;
  /** Requests that wait for a place; what comes above that is refused at once. */
  readonly waiting: number;
  /** Milliseconds after which a request that still waits is refused: whoever asked hears of it while they still care. */
  readonly patience: number;
}

/** A request that is worked on. */
export interface Place {
  /** Lets go of the place while the request only waits for news, so that watchers keep nobody from working. */
  readonly aside: <Result>(wait: () => Promise<Result>) => Promise<Result>;
}

/** Bounds what the server does at the same time, so that it serves what it can instead of everything too late. */
export interface Gate {
  /**
   * Does work as soon as there is a place for it.
   *
   * @throws {DomainError} `overloaded` when there is none in time
   */
  readonly pass: <Result>(work: (place: Place) => Promise<Result>) => Promise<Result>;
  readonly counts: () => { readonly atWork: number; readonly waiting: number; readonly refused: number };
}

/** What waits for a place: told when it has one. */
type Waiter = () => void;

export function createGate(limits: GateLimits): Gate {
  /** In the order in which they came: those that are here for the first time, and those that had stepped aside. */
  const arriving = new Set<Waiter>();
  const returning = new Set<Waiter>();
  let turn = { first: arriving, second: returning };
  let atWork = 0;
  let refused = 0;
  const refusal = () => {
    refused += 1;
    return new DomainError({
      code: 'overloaded',
      detail: 'the server has more to do than it can; try again when Retry-After has passed',
    });
  };
  const enter = (): Promise<void> | undefined => {
    if (atWork < limits.atWork) {
      atWork += 1;
      return undefined;
    }
    if (arriving.size >= limits.waiting) throw refusal();
    return new Promise((resolve, reject) => {
      const waiter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        arriving.delete(waiter);
        reject(refusal());
      }, limits.patience);
      arriving.add(waiter);
    });
  };
  /** The two queues take turns, so that a thousand watchers that all have news do not keep others out, nor others them. */
  const leave = () => {
    const queue = turn.first.size > 0 ? turn.first : turn.second;
    turn = { first: turn.second, second: turn.first };
    const [next] = queue;
    if (next === undefined) {
      atWork -= 1;
      return;
    }
    queue.delete(next);
    next();
  };
  /** Whoever was let in once is not refused any more: it waits its turn, and goes on. */
  const enterAgain = (): Promise<void> | undefined => {
    if (atWork < limits.atWork) {
      atWork += 1;
      return undefined;
    }
    return new Promise((resolve) => returning.add(resolve));
  };
  const place: Place = {
    aside: async (wait) => {
      leave();
      try {
        return await wait();
      } finally {
        await enterAgain();
      }
    },
  };
  return {
    pass: async (work) => {
      await enter();
      try {
        return await work(place);
      } finally {
        leave();
      }
    },
    counts: () => ({ atWork, waiting: arriving.size + returning.size, refused }),
  };
}
