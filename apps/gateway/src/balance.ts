/** What the choice looks at; `inFlight` counts requests that have not ended. */
export interface Candidate {
  readonly inFlight: number;
}

/** A version with those of its backends that take requests. */
export interface VersionCandidate<Backend extends Candidate> {
  readonly version: string;
  readonly weight: number;
  readonly active: readonly Backend[];
}

/**
 * Chooses who takes the next request. Between versions by turns in proportion to their weights, so that 5 per cent are 5
 * of every 100 requests however few run at a time (smooth weighted round robin, as nginx does it); between the backends
 * of a version, the one that carries the least.
 */
export class Balance {
  readonly #credits = new Map<string, number>();
  #turn = 0;

  /** The version whose turn it is; undefined when none may take a request. */
  nextVersion<Version extends VersionCandidate<Candidate>>(versions: readonly Version[]): Version | undefined {
    let sum = 0;
    let next: Version | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const each of versions) {
      if (each.weight <= 0 || each.active.length === 0) {
        this.#credits.delete(each.version);
        continue;
      }
      sum += each.weight;
      const credit = (this.#credits.get(each.version) ?? 0) + each.weight;
      this.#credits.set(each.version, credit);
      if (credit > most) [next, most] = [each, credit];
    }
    if (next !== undefined) this.#credits.set(next.version, most - sum);
    return next;
  }

  /** Who carries the least; idle ones take turns. */
  leastLoaded<Backend extends Candidate>(backends: readonly Backend[]): Backend | undefined {
    this.#turn += 1;
    let best: Backend | undefined;
    for (let offset = 0; offset < backends.length; offset += 1) {
      const backend = backends[(this.#turn + offset) % backends.length];
      if (backend !== undefined && (best === undefined || backend.inFlight < best.inFlight)) best = backend;
    }
    return best;
  }

  /** Owes nothing to versions that are gone. */
  forget(version: string): void {
    this.#credits.delete(version);
  }
}
