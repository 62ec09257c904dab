export { type ArtifactStore, createArtifactStore } from './artifact-store.ts';
export { artifactsFeature } from './artifacts.feature.ts';
export type { ArtifactsTables } from './artifacts.tables.ts';
export { createTransfers, type Transfers } from './transfers.ts';
