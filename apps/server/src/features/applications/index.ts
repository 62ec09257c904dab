export { applicationsFeature } from './applications.feature.ts';
export type { ApplicationsTables } from './applications.tables.ts';
export { createFromInspection, type RequestFirstBuild } from './create-application.ts';
export { endInspection } from './end-inspection.ts';
export { findApplication } from './find-application.ts';
export { checkRepositoryAddress } from './repository-address.ts';
