import type { SealGiven } from '#features/settings';
import type { RefreshDocuments } from '#features/sites';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import { advanceTasks } from './advance-plan.task.ts';
import { planEndpoints } from './plans.routes.ts';
import { stopPlans } from './stop-plans.ts';

export function plansFeature(input: {
  readonly feed: EventFeed;
  readonly refreshDocuments: RefreshDocuments;
  readonly seal: SealGiven;
}): Feature {
  const { task, sweeper } = advanceTasks(input.refreshDocuments);
  return {
    name: 'plans',
    endpoints: planEndpoints(input),
    tasks: [task],
    periodics: [sweeper],
    // A plan that was under way may have ended long ago: people look at the environment and start what they want.
    afterRestore: (context) =>
      stopPlans(context, { reason: 'the server was restored from a backup', refreshDocuments: input.refreshDocuments }),
  };
}
