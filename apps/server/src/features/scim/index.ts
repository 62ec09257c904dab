export { scimFeature } from './scim.feature.ts';
export type { ScimTables } from './scim.tables.ts';
