import { type GatewayCounters, latencyBounds } from './gateway.ts';

/** One request as it is counted: `milliseconds` until the answer's headers. */
export interface CountedRequest {
  readonly version: string;
  readonly build: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** How many versions are remembered after they left; whoever reads the counters saw their last numbers long before. */
const mostVersions = 50;

/** Counts requests, errors and latency by version, as a data plane reports them. */
export class RequestCounters {
  readonly #versions = new Map<string, GatewayCounters>();

  count(answered: CountedRequest): void {
    const { version, build, status, milliseconds } = answered;
    const counters = this.#versions.get(version) ?? this.#add(version, build);
    counters.requests += 1;
    if (status >= 500) counters.errors += 1;
    const index = bucketOf(milliseconds);
    counters.latency[index] = (counters.latency[index] ?? 0) + 1;
  }

  list(): GatewayCounters[] {
    return [...this.#versions.values()].map((each) => ({ ...each, latency: [...each.latency] }));
  }

  #add(version: string, build: string): GatewayCounters {
    const fresh = { version, build, requests: 0, errors: 0, latency: latencyBounds.map(() => 0).concat(0) };
    this.#versions.set(version, fresh);
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > mostVersions && oldest !== undefined) this.#versions.delete(oldest);
    return fresh;
  }
}

/** The index of the first bound that is not below; one more than the last where all are. Found by halves: it is asked for each request. */
function bucketOf(milliseconds: number): number {
  let [from, to] = [0, latencyBounds.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((latencyBounds[middle] ?? 0) < milliseconds) from = middle + 1;
    else to = middle;
  }
  return from;
}
