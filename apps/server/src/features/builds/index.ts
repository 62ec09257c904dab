export { presentBuild, referencesOf } from './build.wire.ts';
export { buildsFeature } from './builds.feature.ts';
export { getBuild } from './builds.routes.ts';
export type { BuildsTables } from './builds.tables.ts';
export { readCommitGraph, refreshLabels } from './labels.ts';
export { type RequestBuild, requestBuild } from './request-build.ts';
