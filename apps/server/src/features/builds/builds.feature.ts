import type { ArtifactStore } from '#features/artifacts';
import type { JobListener } from '#features/jobs';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import { builderEndpoints } from './builder.routes.ts';
import { buildEndpoints } from './builds.routes.ts';

import { requeueLostJobs } from './requeue-lost-jobs.ts';

export function buildsFeature(input: {
  readonly feed: EventFeed;
  readonly artifacts: ArtifactStore;
  readonly listeners: readonly JobListener[];
}): Feature {
  return {
    name: 'builds',
    endpoints: [...buildEndpoints(input.feed), ...builderEndpoints(input)],
    periodics: [requeueLostJobs(input)],
  };
}
