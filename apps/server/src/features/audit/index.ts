export { type AuditTools, auditFeature } from './audit.feature.ts';
export type { AuditSink } from './audit-sink.ts';
export { sealAudit } from './seal-audit.ts';
