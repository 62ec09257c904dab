export { wakePlan, wakePlansOf, wakePlansOfSites, wakeWaitingPlans } from './advance-plan.task.ts';
export { changesOf } from './changes-of.ts';
export type { Choice } from './choice.ts';
export { createPlan, draftPlan } from './create-plan.ts';
export { findPlan, type PlanRow, presentPlans } from './load-plan.ts';
export { pinNewSite } from './pin-new-site.ts';
export { plansFeature } from './plans.feature.ts';
export type { PlansTables } from './plans.tables.ts';
export { startPlan } from './start-plan.ts';
