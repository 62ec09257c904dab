import type { Feature } from '#platform/feature';
import { forgetLooks, lookAtPolicies } from './follow-policies.ts';
import { followingEndpoints } from './following.routes.ts';
import { freezeEndpoints } from './freezes.routes.ts';
import { policyEndpoints } from './policies.routes.ts';
import { quarantineEndpoints } from './quarantines.routes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export function governanceFeature(wakeWaiting: WakeWaiting): Feature {
  return {
    name: 'governance',
    endpoints: [
      ...policyEndpoints(wakeWaiting),
      ...followingEndpoints,
      ...freezeEndpoints(wakeWaiting),
      ...quarantineEndpoints(wakeWaiting),
    ],
    periodics: [lookAtPolicies, forgetLooks],
  };
}
