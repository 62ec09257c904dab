export { findImpact } from './find-impact.ts';
export { impactFeature } from './impact.feature.ts';
export type { Considered } from './read-facts.ts';
