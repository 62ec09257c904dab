export { findBuild } from './find-build.ts';
export { followPolicies } from './follow-policies.ts';
export { governanceFeature } from './governance.feature.ts';
export type { GovernanceTables } from './governance.tables.ts';
export { quarantineBuild } from './quarantine.ts';
export { readCandidates } from './read-candidates.ts';
export { readGovernance } from './read-governance.ts';
