export { findRelease } from './find-release.ts';
export { releasesFeature } from './releases.feature.ts';
export type { ReleasesTables } from './releases.tables.ts';
