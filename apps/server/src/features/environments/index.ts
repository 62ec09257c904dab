export { environmentRows, presentEnvironment } from './environment.wire.ts';
export { type EnvironmentPolicy, readPolicies } from './environment-policy.ts';
export { environmentsFeature } from './environments.feature.ts';
export type { EnvironmentsTables } from './environments.tables.ts';
export { findEnvironment, readRings } from './find-environment.ts';
export { placedSites, placedSitesOf } from './placement.ts';
