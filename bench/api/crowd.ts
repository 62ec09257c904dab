import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** People arrive within so many milliseconds. */
const arrivingMs = 10_000;

/** One answered request. */
export interface Answered {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly milliseconds: number;
}

/** What a crowd has heard. */
export interface Heard {
  readonly served: Answered[];
  /** Refused with 429 or 503 and Retry-After. */
  readonly refused: Answered[];
  /** Anything else, in words. */
  readonly other: { readonly at: number; readonly what: string }[];
  /** Writes that were acknowledged, by application. */
  readonly acknowledged: Map<string, Set<string>>;
}

export interface CrowdInput {
  readonly url: string;
  /** One for each reader. */
  readonly tokens: readonly string[];
  readonly writers: number;
  /** Each writer has an application of their own, counted from this one. */
  readonly firstWriter: number;
  /** Milliseconds between an answer and the next request of the same person, on average; half to one and a half of it. */
  readonly think: { readonly read: number; readonly write: number };
  readonly seconds: number;
  /** Begins the names of what is written, so that no two crowds write the same. */
  readonly name: string;
}

/** People who read and people who write, each on a connection of their own, and who come back when Retry-After says so. */
export async function runCrowd(input: CrowdInput): Promise<Heard> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const heard: Heard = { served: [], refused: [], other: [], acknowledged: new Map() };
  const until = performance.now() + input.seconds * 1000;
  const readers = input.tokens.map((token, index) =>
    repeat(until, input.think.read, () => ask(input, heard, { agent, token, method: 'GET', path: pathOf(index) })),
  );
  const writers = Array.from({ length: input.writers }, (_, index) => {
    const application = `app-${String(input.firstWriter + index + 1).padStart(4, '0')}`;
    const token = input.tokens[index] ?? '';
    let turn = 0;
    return repeat(until, input.think.write, async () => {
      const selector = `${input.name}=${turn}`;
      const place = { environment: 'bench-1', level: 'label', selector };
      const path = `/applications/${application}/settings/NOTE`;
      const body = JSON.stringify({ place, value: selector });
      const again = await ask(input, heard, { agent, token, method: 'PUT', path, body });
      // What was refused is written at the next try; it counts only when it was acknowledged.
      if (again !== undefined) return again;
      const own = heard.acknowledged.get(application) ?? new Set();
      heard.acknowledged.set(application, own.add(selector));
      turn += 1;
      return undefined;
    });
  });
  await Promise.all([...readers, ...writers]);
  agent.destroy();
  return heard;
}

/** What people look at: mostly the board, then applications, plans and builds. */
function pathOf(index: number): string {
  const own = `app-${String((index % 1000) + 1).padStart(4, '0')}`;
  const paths = [
    '/board?limit=50',
    '/board?limit=50',
    '/board?limit=50',
    '/applications?limit=50',
    '/applications?limit=50',
    `/applications/${own}`,
    `/applications/${own}`,
    `/applications/${own}/builds?limit=20`,
    '/plans?limit=20',
    '/environments',
  ];
  return paths[Math.floor(Math.random() * paths.length)] ?? '';
}

/** Asks, thinks and asks again; what `act` gives is how long to stay away, in milliseconds. */
async function repeat(until: number, think: number, act: () => Promise<number | undefined>): Promise<void> {
  await pause(Math.random() * arrivingMs);
  while (performance.now() < until) {
    const away = (await act()) ?? think * (0.5 + Math.random());
    const left = until - performance.now();
    if (left > 0) await pause(Math.min(away, left));
  }
}

/** One request; gives the milliseconds to stay away when it was not served. */
function ask(
  input: CrowdInput,
  heard: Heard,
  asked: {
    readonly agent: Agent;
    readonly token: string;
    readonly method: string;
    readonly path: string;
    readonly body?: string;
  },
): Promise<number | undefined> {
  const startedAt = performance.now();
  const answered = (): Answered => ({ at: startedAt, milliseconds: performance.now() - startedAt });
  const wonder = (what: string): number => {
    heard.other.push({ at: startedAt, what });
    return 1000;
  };
  const url = new URL(`/api/v1${asked.path}`, input.url);
  const { agent, method, body } = asked;
  const headers = {
    authorization: `Bearer ${asked.token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method, headers, timeout: 60_000 }, (response) => {
      response.resume();
      response.on('error', (error) => resolve(wonder(error.message)));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const retryAfter = Number(response.headers['retry-after']);
        if (status >= 200 && status < 300) heard.served.push(answered());
        else if ((status === 429 || status === 503) && retryAfter > 0) heard.refused.push(answered());
        else return resolve(wonder(`${method} ${status}`));
        resolve(status < 300 ? undefined : retryAfter * 1000);
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 60 seconds')));
    outgoing.on('error', (error) => resolve(wonder(`${method} ${error.message}`)));
    outgoing.end(body);
  });
}
