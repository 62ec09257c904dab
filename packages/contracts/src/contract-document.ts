import type { ContractKind, ElementBody, SchemaTable } from '@almanac/domain';

/** A contract's content in normal form; its elements refer to its schemas, which stand in the order of their hashes. */
export interface ContractDocument extends SchemaTable {
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
}
