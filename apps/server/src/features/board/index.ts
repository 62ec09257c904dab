export { boardFeature } from './board.feature.ts';
