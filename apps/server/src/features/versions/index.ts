export { versionsFeature } from './versions.feature.ts';
export { tagBuild } from './versions.routes.ts';
export type { VersionsTables } from './versions.tables.ts';
