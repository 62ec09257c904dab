export { breakGlassFeature } from './break-glass.feature.ts';
export type { BreakGlassTables } from './break-glass.tables.ts';
