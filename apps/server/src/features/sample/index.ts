export { followSample, sampleFeature } from './sample.feature.ts';
