export { versionsFeature } from './versions.feature.ts';
export type { VersionsTables } from './versions.tables.ts';
