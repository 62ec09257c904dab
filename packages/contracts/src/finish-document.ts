import type { ContractKind, ElementBody } from '@almanac/domain';
import { canonicalJson, sha256 } from './canonical.ts';
import type { ContractDocument } from './contract-document.ts';
import type { NormalGraph } from './schemas/minimise.ts';

/** An element before it has a fingerprint; `meaning` is its body with hashes in the place of references. */
export interface UnfinishedElement {
  readonly key: string;
  readonly label: string;
  readonly body: ElementBody;
  readonly meaning: unknown;
}

/** Gives each element its fingerprint, and the document one over them all. */
export function finishDocument(input: {
  readonly kind: ContractKind;
  readonly normal?: NormalGraph;
  readonly elements: readonly UnfinishedElement[];
}): ContractDocument {
  const elements = input.elements
    .map(({ key, label, body, meaning }) => ({ key, label, fingerprint: sha256(canonicalJson(meaning)), body }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const content = elements.map(({ key, fingerprint }) => [key, fingerprint]);
  return {
    kind: input.kind,
    fingerprint: sha256(canonicalJson([input.kind, content])),
    elements,
    schemas: input.normal?.schemas ?? [],
    hashes: input.normal?.hashes ?? [],
  };
}
