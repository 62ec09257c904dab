import type { Feature } from '#platform/feature';
import type { SecretBox } from '#platform/secrets';
import { createDescribeState } from './describe-state.ts';
import { historyEndpoints } from './history.routes.ts';
import { snapshotHistory } from './snapshot-history.ts';

export function historyFeature(box: SecretBox): Feature {
  return {
    name: 'history',
    endpoints: historyEndpoints(createDescribeState(box)),
    periodics: [snapshotHistory],
  };
}
