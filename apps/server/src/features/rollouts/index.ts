export { keepVerdicts } from './keep-verdicts.ts';
export { rolloutsFeature } from './rollouts.feature.ts';
