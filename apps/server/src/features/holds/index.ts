export { holdFollowing, isHeld } from './hold-following.ts';
export { holdsFeature } from './holds.feature.ts';
export type { HoldsTables } from './holds.tables.ts';
