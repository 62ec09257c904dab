import type { ApplicationId, BuildId } from '../identity/id.ts';

/** What one build shows to others and needs of others: all that impact analysis knows of it. */
export interface BuildInterface {
  readonly build: BuildId;
  readonly application: ApplicationId;
  /** Counts the builds of an application: a higher one is newer. */
  readonly number: number;
  /** At most one entry for each contract. */
  readonly provides: readonly ProvidedContract[];
  /** At most one entry for each module and contract. */
  readonly consumes: readonly ConsumedContract[];
}

export interface ProvidedContract {
  readonly module: string;
  readonly contract: string;
  /** Null where only the contract's name is known: then no element of it is missing or incompatible. */
  readonly elements: readonly ProvidedElement[] | null;
}

export interface ProvidedElement {
  readonly key: string;
  readonly fingerprint: string;
}

export interface ConsumedContract {
  readonly module: string;
  readonly contract: string;
  /** Empty where the module needs the contract and names no element of it. */
  readonly elements: readonly ConsumedElement[];
}

export interface ConsumedElement {
  readonly key: string;
  /** Fingerprint of the element when the consumer was built; null where there was nothing to be built against. */
  readonly builtAgainst: string | null;
}

/** Whether what is provided satisfies who was built against something else. Asked only of fingerprints that differ. */
export type Compatible = (provided: string, builtAgainst: string) => boolean;
