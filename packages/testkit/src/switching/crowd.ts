import { Agent, request } from 'node:http';

/** Answers by the turn of the application that gave them. */
export type Turns = ReadonlyMap<string, number>;

export interface CrowdResult {
  readonly requests: number;
  /** Orders that were confirmed. */
  readonly orders: readonly string[];
  readonly slow: number;
  /** Everything that was not answered with 200, in words, with how often it happened. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface Crowd {
  readonly answered: () => number;
  /** How many requests failed until now. */
  readonly failed: () => number;
  /** Whether a turn answered already. */
  readonly hasSeen: (turn: string) => boolean;
  /** Who gives the next answers to ordinary requests. */
  readonly next: (count: number) => Promise<Turns>;
  readonly stop: () => Promise<CrowdResult>;
}

/**
 * People who ask again as soon as they were answered, on connections that are kept; one request in five is an order,
 * which must take effect once. Beside them some who wait long for each answer. Nobody asks twice for the same.
 */
export function startCrowd(input: {
  readonly port: number;
  readonly host: string;
  readonly people: number;
  readonly slow: number;
  readonly slowMs: number;
}): Crowd {
  const agent = new Agent({ keepAlive: true, maxSockets: input.people + input.slow });
  const errors = new Map<string, number>();
  const orders: string[] = [];
  const counts = { requests: 0, slow: 0 };
  const seen = new Map<string, number>();
  const watchers = new Set<(turn: string) => void>();
  let stopped = false;
  const told = (turn: string) => {
    seen.set(turn, (seen.get(turn) ?? 0) + 1);
    for (const watch of watchers) watch(turn);
  };
  const ask = (method: string, path: string, headers: Record<string, string>): Promise<string | undefined> =>
    new Promise((resolve) => {
      const fail = (why: string) => {
        errors.set(why, (errors.get(why) ?? 0) + 1);
        resolve(undefined);
      };
      const asked = request(
        { host: '127.0.0.1', port: input.port, method, path, agent, headers: { host: input.host, ...headers } },
        (response) => {
          response.resume();
          response.on('error', (error) => fail(`${method} ${path}: while answering: ${error.message}`));
          response.on('end', () => {
            counts.requests += 1;
            if (response.statusCode !== 200) return fail(`${method} ${path}: ${response.statusCode}`);
            return resolve(String(response.headers['x-turn']));
          });
        },
      );
      asked.setTimeout(120_000, () => asked.destroy(new Error('no answer within 120 seconds')));
      asked.on('error', (error) => fail(`${method} ${path}: ${error.message}`));
      asked.end();
    });
  const person = async (name: number) => {
    for (let turn = 0; !stopped; turn += 1) {
      if (turn % 5 === 4) {
        const order = `${name}-${turn}`;
        if ((await ask('POST', '/order', { 'x-order': order, 'content-length': '0' })) !== undefined)
          orders.push(order);
        continue;
      }
      const by = await ask('GET', '/', {});
      if (by !== undefined) told(by);
    }
  };
  const patient = async () => {
    while (!stopped) if ((await ask('GET', `/?wait=${input.slowMs}`, {})) !== undefined) counts.slow += 1;
  };
  const all = [
    ...Array.from({ length: input.people }, (_, name) => person(name)),
    ...Array.from({ length: input.slow }, patient),
  ];
  const watch = <Found>(take: (turn: string, done: (found: Found) => void) => void): Promise<Found> =>
    new Promise((resolve) => {
      const watcher = (turn: string) =>
        take(turn, (found) => {
          watchers.delete(watcher);
          resolve(found);
        });
      watchers.add(watcher);
    });
  return {
    answered: () => counts.requests,
    failed: () => [...errors.values()].reduce((sum, each) => sum + each, 0),
    hasSeen: (turn) => seen.has(turn),
    next: (count) => {
      const turns = new Map<string, number>();
      let left = count;
      return watch((turn, done) => {
        turns.set(turn, (turns.get(turn) ?? 0) + 1);
        left -= 1;
        if (left === 0) done(turns);
      });
    },
    stop: async () => {
      stopped = true;
      await Promise.all(all);
      agent.destroy();
      return { requests: counts.requests, slow: counts.slow, orders, errors: Object.fromEntries(errors) };
    },
  };
}
