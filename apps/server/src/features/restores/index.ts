export { restoresFeature } from './restores.feature.ts';
