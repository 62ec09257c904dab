import { Agent } from 'node:http';
import { type GatewayBackend, type GatewayService, latencyBounds } from '@almanac/protocol';
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
  readonly agent: Agent;
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
    for (const backend of this.#backends) if (backend.state === 'draining') dropIdle(backend.agent);
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

  /** A backend for a request; waits while the service holds requests. Undefined when there is none to be had. */
  acquire(signal: AbortSignal, except?: Backend): Promise<Backend | undefined> {
    const now = this.#choose(except);
    if (now !== undefined) return Promise.resolve(now);
    if (!this.#hold || this.#waiting.size >= this.#limits.holdRequests) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const entry: Waiting = {
        give: (backend) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', gone);
          this.#waiting.delete(entry);
          resolve(backend);
        },
      };
      const gone = () => entry.give(undefined);
      const timer = setTimeout(gone, this.#limits.holdSeconds * 1000);
      signal.addEventListener('abort', gone, { once: true });
      this.#waiting.add(entry);
    });
  }

  /** A request that was given a backend has ended. */
  release(backend: Backend): void {
    backend.inFlight -= 1;
    if (backend.inFlight === 0 && this.#leaving.delete(backend)) backend.agent.destroy();
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

  #choose(except?: Backend): Backend | undefined {
    const open = except === undefined ? this.#backends : this.#backends.filter((each) => each !== except);
    const backend = this.#balance.choose(open);
    if (backend !== undefined) backend.inFlight += 1;
    return backend;
  }

  #leave(backend: Backend): void {
    backend.state = 'draining';
    dropIdle(backend.agent);
    if (backend.inFlight === 0) backend.agent.destroy();
    else this.#leaving.add(backend);
  }

  #release(): void {
    for (const entry of [...this.#waiting]) {
      const backend = this.#choose();
      if (backend !== undefined) entry.give(backend);
      else if (!this.#hold) entry.give(undefined);
      else return;
    }
  }
}

function keep(earlier: Backend | undefined, wanted: GatewayBackend): Backend {
  if (earlier !== undefined && earlier.port === wanted.port) {
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
    agent: new Agent({ keepAlive: true, timeout: idleMs, maxFreeSockets: 64, scheduling: 'lifo' }),
  };
}

/** Closes the connections that carry nothing now; those in use end with their requests. */
function dropIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
