export { wakePlan, wakePlansOf } from './advance-plan.task.ts';
export { createPlan } from './create-plan.ts';
export { findPlan, type PlanRow, presentPlans } from './load-plan.ts';
export { plansFeature } from './plans.feature.ts';
export type { PlansTables } from './plans.tables.ts';
export { reanalysePlan } from './reanalyse-plan.ts';
export { startPlan } from './start-plan.ts';
