import { compareDeclarations } from './compare-declarations.ts';
import { compareMessages, compareOperations } from './compare-operations.ts';
import type { ContractElement } from './element.ts';
import type { Incompatibility } from './incompatibility.ts';

/** Grows whenever a comparison finds something else of the same elements: what was found by other rules is forgotten. */
export const comparingRules = 1;

/** The most reasons that are told of one pair of elements. */
const mostReasons = 50;

/**
 * Why what is provided does not satisfy who was built against something else; empty when it does. What a consumer sends
 * may only be asked less of, what it receives may only be promised more of; what it can ignore does not matter. Where
 * nobody can tell, the reason says so. Total, and bounded in work, for every pair of well-formed elements.
 */
export function compareElements(provided: ContractElement, builtAgainst: ContractElement): readonly Incompatibility[] {
  return reasonsOf(provided, builtAgainst)
    .slice(0, mostReasons)
    .map((each) => ({ ...each, place: each.place.trim() }));
}

function reasonsOf(provided: ContractElement, builtAgainst: ContractElement): readonly Incompatibility[] {
  if (provided.kind === 'openapi' && builtAgainst.kind === 'openapi') {
    if (provided.sent === builtAgainst.sent) return compareOperations(provided, builtAgainst);
    return [
      { code: 'kind-changed', place: '', detail: 'a request of the consumer became one of the provider, or back' },
    ];
  }
  if (provided.kind === 'json-schema' && builtAgainst.kind === 'json-schema')
    return compareMessages(provided, builtAgainst);
  if (provided.kind === 'package' && builtAgainst.kind === 'package')
    return compareDeclarations(provided, builtAgainst);
  return [
    {
      code: 'kind-changed',
      place: '',
      detail: `it was ${builtAgainst.kind} and is ${provided.kind}: another kind of contract`,
    },
  ];
}
