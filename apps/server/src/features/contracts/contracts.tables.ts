import type { BuildId, ContractKind, ElementBody, Incompatibility, SchemaTable } from '@almanac/domain';
import type { JSONColumnType } from 'kysely';

/** One element of a contract: its key, what its document calls it, and the fingerprint of its content. */
export interface KnownElement {
  readonly key: string;
  readonly label: string;
  readonly fingerprint: string;
}

/** An element without the schemas that it refers to: those are a row of their own, once for all of a document. */
export type StoredElement = ElementBody & { readonly schemasOf: string };

export interface ContractsTables {
  /** A contract's content, once per fingerprint; its elements are sorted by key. */
  readonly contractDocuments: {
    fingerprint: string;
    kind: ContractKind;
    elements: JSONColumnType<readonly KnownElement[]>;
  };
  /** A normalised element, or the schemas of a document under its digest; only read to compare two that differ. */
  readonly contractElements: {
    fingerprint: string;
    kind: ContractKind | 'schemas';
    body: JSONColumnType<StoredElement | SchemaTable>;
  };
  /** What a build provides. */
  readonly buildContracts: { buildId: BuildId; module: string; contract: string; fingerprint: string };
  /** What a build consumes; `builtAgainst` is null where nothing could be resolved when it was built. */
  readonly buildReferences: {
    buildId: BuildId;
    module: string;
    contract: string;
    element: string;
    builtAgainst: string | null;
  };
  /** Remembered verdicts by the rules of comparing: does what is provided satisfy who was built against the other? */
  readonly elementVerdicts: {
    provided: string;
    builtAgainst: string;
    compatible: boolean;
    reasons: JSONColumnType<readonly Incompatibility[]>;
    rules: number;
  };
}
