import type { RefreshDocuments } from '#features/sites';
import type { Feature } from '#platform/feature';
import { rolloutEndpoints } from './rollouts.routes.ts';

/** How versions come to applications step by step, and what people ask of that. */
export function rolloutsFeature(refreshDocuments: RefreshDocuments): Feature {
  return { name: 'rollouts', endpoints: rolloutEndpoints(refreshDocuments) };
}
