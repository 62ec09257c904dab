import type { Feature } from '#platform/feature';
import { type SigningKeyTools, signingKeyEndpoints } from './signing-keys.routes.ts';

/** The keys with which the server signs what it tells its sites. */
export function signingKeysFeature(tools: SigningKeyTools): Feature {
  return { name: 'signing-keys', endpoints: signingKeyEndpoints(tools) };
}
