export { findWait } from './find-wait.ts';
export { keepRollouts } from './keep-rollouts.ts';
export { rolloutsFeature } from './rollouts.feature.ts';
