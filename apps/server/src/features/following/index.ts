export { followBranches, followingFeature } from './following.feature.ts';
