import type { BuildId, ContractElement, ContractKind, Incompatibility } from '@almanac/domain';
import type { JSONColumnType } from 'kysely';

/** One element of a contract: its key, and the fingerprint of its normalised content. */
interface ElementFingerprint {
  readonly key: string;
  readonly fingerprint: string;
}

export interface ContractsTables {
  /** A contract's content, once per fingerprint; its elements are sorted by key. */
  readonly contractDocuments: {
    fingerprint: string;
    kind: ContractKind;
    elements: JSONColumnType<readonly ElementFingerprint[]>;
  };
  /** A normalised element, once per fingerprint; only read to compare two that differ. */
  readonly contractElements: {
    fingerprint: string;
    kind: ContractKind;
    body: JSONColumnType<ContractElement>;
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
  /** Remembered verdicts: does what is provided satisfy who was built against the other? */
  readonly elementVerdicts: {
    provided: string;
    builtAgainst: string;
    compatible: boolean;
    reasons: JSONColumnType<readonly Incompatibility[]>;
  };
}
