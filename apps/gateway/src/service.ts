import type { Stream } from 'node:stream';
import { type GatewayBackend, type GatewayService, latencyBounds } from '@almanac/protocol';
import { Pool } from 'undici';
import { Balance } from './balance.ts';

/** Node's servers close idle connections after 5 seconds; ours are given up before they might be closed under us. */
const idleMs = 4000;

export interface Backend {
  readonly instance: string;
  readonly port: number;
  readonly build: string;
  weight: number;
  state: 'active' | 'draining';
  inFlight: number;
  upgraded: number;
  pool: Pool;
}

interface BuildCounters {
  requests: number;
  errors: number;
  readonly latency: number[];
}

interface Waiting {
  readonly give: (backend: Backend | undefined) => void;
}

export interface HoldLimits {
  readonly holdSeconds: number;
  readonly holdRequests: number;
}

/** One routed module: its backends, who waits for one, and what was counted. */
export class Service {
  readonly name: string;
  readonly counters = new Map<string, BuildCounters>();
  #backends: Backend[] = [];
  /** Gone from the configuration, with requests that still run. */
  readonly #leaving = new Set<Backend>();
  #hold = false;
  #limits: HoldLimits = { holdSeconds: 30, holdRequests: 1000 };
  readonly #balance = new Balance();
  readonly #waiting = new Set<Waiting>();

  constructor(name: string) {
    this.name = name;
  }

  get held(): number {
    return this.#waiting.size;
  }

  get backends(): readonly Backend[] {
    return [...this.#backends, ...this.#leaving];
  }

  /** Takes a configuration over; requests that run are not disturbed, and those that wait go on if they can. */
  configure(wanted: GatewayService, limits: HoldLimits): void {
    const earlier = new Map(this.#backends.map((each) => [each.instance, each]));
    this.#backends = wanted.backends.map((each) => keep(earlier.get(each.instance), each));
    for (const backend of this.#backends) earlier.delete(backend.instance);
    for (const backend of earlier.values()) this.#leave(backend);
    this.#hold = wanted.hold;
    this.#limits = limits;
    this.#release();
  }

  /** Takes no new request any more. */
  close(): void {
    for (const backend of this.#backends) this.#leave(backend);
    this.#backends = [];
    this.#hold = false;
    this.#release();
  }

  /** A backend for a request, at once; undefined when none can take it now. */
  choose(except?: Backend): Backend | undefined {
    const open = except === undefined ? this.#backends : this.#backends.filter((each) => each !== except);
    const backend = this.#balance.choose(open);
    if (backend !== undefined) backend.inFlight += 1;
    return backend;
  }

  /** A backend for a request that found none, as soon as there is one; undefined when it is not to wait any longer. */
  wait(asker: Stream): Promise<Backend | undefined> {
    if (!this.#hold || this.#waiting.size >= this.#limits.holdRequests) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const entry: Waiting = {
        give: (backend) => {
          clearTimeout(timer);
          asker.off('close', gone);
          this.#waiting.delete(entry);
          resolve(backend);
        },
      };
      const gone = () => entry.give(undefined);
      const timer = setTimeout(gone, this.#limits.holdSeconds * 1000);
      asker.once('close', gone);
      this.#waiting.add(entry);
    });
  }

  /** A request that was given a backend has ended. */
  release(backend: Backend): void {
    backend.inFlight -= 1;
    if (backend.inFlight === 0) this.#leaving.delete(backend);
  }

  count(input: { readonly build: string; readonly status: number; readonly milliseconds: number }): void {
    const counters = this.counters.get(input.build) ?? {
      requests: 0,
      errors: 0,
      latency: Array.from({ length: latencyBounds.length + 1 }, () => 0),
    };
    this.counters.set(input.build, counters);
    counters.requests += 1;
    if (input.status >= 500) counters.errors += 1;
    const bucket = latencyBounds.findIndex((bound) => input.milliseconds <= bound);
    const index = bucket < 0 ? latencyBounds.length : bucket;
    counters.latency[index] = (counters.latency[index] ?? 0) + 1;
  }

  #leave(backend: Backend): void {
    drain(backend);
    if (backend.inFlight > 0) this.#leaving.add(backend);
  }

  #release(): void {
    for (const entry of [...this.#waiting]) {
      const backend = this.choose();
      if (backend !== undefined) entry.give(backend);
      else if (!this.#hold) entry.give(undefined);
      else return;
    }
  }
}

function keep(earlier: Backend | undefined, wanted: GatewayBackend): Backend {
  if (earlier !== undefined && earlier.port === wanted.port) {
    if (wanted.state === 'draining') drain(earlier);
    else if (earlier.state === 'draining') earlier.pool = poolOf(earlier.port);
    earlier.weight = wanted.weight;
    earlier.state = wanted.state;
    return earlier;
  }
  const { instance, port, build, weight, state } = wanted;
  return {
    instance,
    port,
    build,
    weight,
    state,
    inFlight: 0,
    upgraded: 0,
    pool: poolOf(port),
  };
}

/** One request at a time on a connection: a slow one must not hold up what came behind it. */
function poolOf(port: number): Pool {
  return new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1, keepAliveTimeout: idleMs });
}

/** Closes the connections that carry nothing now; those in use end with their requests. */
function drain(backend: Backend): void {
  if (backend.state === 'active') void backend.pool.close();
  backend.state = 'draining';
}
