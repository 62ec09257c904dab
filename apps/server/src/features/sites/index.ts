export { createRefreshDocuments, type RefreshDocuments } from './refresh-documents.ts';
export type { WakePlans } from './save-reports.ts';
export { findSite, offlineAfterSeconds, siteRows } from './site.wire.ts';
export { agentByToken, sitesFeature, siteWantsArtifact } from './sites.feature.ts';
export type { SitesTables } from './sites.tables.ts';
