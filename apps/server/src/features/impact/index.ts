export { findImpact } from './find-impact.ts';
export { impactFeature } from './impact.feature.ts';
export { missingOf } from './read-facts.ts';
