import type { ContractKind, ElementBody, Schema } from '@almanac/domain';

/** A contract's content in normal form. */
export interface ContractDocument {
  readonly kind: ContractKind;
  /** SHA-256 over the keys and fingerprints of the elements. */
  readonly fingerprint: string;
  /** Sorted by key. */
  readonly elements: readonly {
    /** By which it is found; parameters of a path have no names in it. */
    readonly key: string;
    /** What people call it: `GET /products/{id}`. */
    readonly label: string;
    readonly fingerprint: string;
    readonly body: ElementBody;
  }[];
  /** To which the elements refer, in the order of their hashes. */
  readonly schemas: readonly Schema[];
}
