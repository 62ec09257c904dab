/** What the choice looks at; `inFlight` counts requests that have not ended. */
export interface Candidate {
  readonly build: string;
  readonly weight: number;
  readonly state: 'active' | 'draining';
  readonly inFlight: number;
}

/**
 * Chooses who takes the next request. Between builds by turns in proportion to their weights, so that 5 per cent are 5
 * of every 100 requests however few run at a time (smooth weighted round robin, as nginx does it); between the backends
 * of a build, the one that carries the least.
 */
export class Balance {
  readonly #credits = new Map<string, number>();
  #turn = 0;

  /** Undefined when no backend may take a request. */
  choose<Backend extends Candidate>(backends: readonly Backend[]): Backend | undefined {
    const open = backends.filter((each) => each.state === 'active' && each.weight > 0);
    const build = this.#nextBuild(open);
    this.#turn += 1;
    return leastLoaded(
      open.filter((each) => each.build === build),
      this.#turn,
    );
  }

  #nextBuild(open: readonly Candidate[]): string | undefined {
    const weights = new Map<string, number>();
    let sum = 0;
    for (const { build, weight } of open) {
      weights.set(build, (weights.get(build) ?? 0) + weight);
      sum += weight;
    }
    for (const build of this.#credits.keys()) if (!weights.has(build)) this.#credits.delete(build);
    let next: string | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const [build, weight] of weights) {
      const credit = (this.#credits.get(build) ?? 0) + weight;
      this.#credits.set(build, credit);
      if (credit > most) [next, most] = [build, credit];
    }
    if (next !== undefined) this.#credits.set(next, most - sum);
    return next;
  }
}

/** Idle backends take turns: `turn` says with whom the search begins. */
function leastLoaded<Backend extends Candidate>(backends: readonly Backend[], turn: number): Backend | undefined {
  let best: Backend | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < backends.length; offset += 1) {
    const backend = backends[(turn + offset) % backends.length];
    if (backend === undefined) continue;
    const load = (backend.inFlight + 1) / backend.weight;
    if (load < least) [best, least] = [backend, load];
  }
  return best;
}
