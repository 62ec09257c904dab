import { type AuditCategory, auditCategories } from '../audit/audit-categories.ts';
import type { Actor } from './authorize.ts';
import type { Right } from './capabilities.ts';
import { rightsFrom } from './origin-limits.ts';

/** What of the audit somebody may read; `all` are also entries that belong to no category, and what signs the record as a whole. */
export function readableAudit(actor: Actor): 'all' | readonly AuditCategory[] {
  if (actor.kind === 'system') return 'all';
  if (actor.kind !== 'principal' || !actor.access.active) return [];
  return auditReadableWith(rightsFrom(actor));
}

export function auditReadableWith(rights: readonly Right[]): 'all' | readonly AuditCategory[] {
  if (rights.includes('read-audit')) return 'all';
  return auditCategories.filter((each) => rights.includes(`read-audit-of-${each}`));
}
