/** What the choice looks at; `inFlight` counts requests that have not ended. */
export interface Candidate {
  readonly weight: number;
  readonly state: 'active' | 'draining';
  readonly inFlight: number;
}

/**
 * The active backend that carries the least in relation to its weight; `turn` breaks ties, so that idle backends
 * take turns. Undefined when none may take a request.
 */
export function chooseBackend<Backend extends Candidate>(
  backends: readonly Backend[],
  turn: number,
): Backend | undefined {
  let best: Backend | undefined;
  let bestLoad = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < backends.length; offset += 1) {
    const backend = backends[(turn + offset) % backends.length];
    if (backend === undefined || backend.state !== 'active' || backend.weight <= 0) continue;
    const load = (backend.inFlight + 1) / backend.weight;
    if (load < bestLoad) {
      best = backend;
      bestLoad = load;
    }
  }
  return best;
}
