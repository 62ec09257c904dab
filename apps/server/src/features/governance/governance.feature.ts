import type { Feature } from '#platform/feature';
import { freezeEndpoints } from './freezes.routes.ts';
import { policyEndpoints } from './policies.routes.ts';
import { quarantineEndpoints } from './quarantines.routes.ts';

export const governanceFeature: Feature = {
  name: 'governance',
  endpoints: [...policyEndpoints, ...freezeEndpoints, ...quarantineEndpoints],
};
