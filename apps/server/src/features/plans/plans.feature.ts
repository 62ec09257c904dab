import type { RefreshDocuments } from '#features/sites';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import { advanceTasks } from './advance-plan.task.ts';
import { planEndpoints } from './plans.routes.ts';

export function plansFeature(input: {
  readonly feed: EventFeed;
  readonly refreshDocuments: RefreshDocuments;
}): Feature {
  const { task, sweeper } = advanceTasks(input.refreshDocuments);
  return { name: 'plans', endpoints: planEndpoints(input), tasks: [task], periodics: [sweeper] };
}
