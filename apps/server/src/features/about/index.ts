export { aboutFeature } from './about.feature.ts';
export { createMayHear } from './may-hear.ts';
