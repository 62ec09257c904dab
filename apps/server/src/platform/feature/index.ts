export type { BackgroundContext, Feature, Periodic, Task } from './feature.ts';
