export { factorsFeature } from './factors.feature.ts';
export type { FactorsTables } from './factors.tables.ts';
export { askNextStep } from './read-factors.ts';
