import { auditCategories } from '@almanac/domain';
import { z } from 'zod';
import { page, paging, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

export const auditEntry = z
  .object({
    /** Place in the chain; null for the moment until it is sealed. */
    sequence: z.int().nullable(),
    at: timestamp,
    actor: z.string(),
    action: z.string(),
    /** null of an action that there was before. */
    category: z.enum(auditCategories).nullable(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
    /** SHA-256 of what was changed, before and after, in normal form. */
    before: hash.nullable(),
    after: hash.nullable(),
    hash: hash.nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof auditEntry>;

/** A line of an export: as an entry, sealed, and with `detail` as the very text that was sealed. */
export const auditLine = auditEntry.omit({ category: true }).extend({ sequence: z.int(), detail: z.string(), hash });
export type AuditLine = z.output<typeof auditLine>;

export const auditCheckpoint = z
  .object({ sequence: z.int().positive(), hash, at: timestamp, keyId: z.string(), signature: z.string() })
  .meta({ id: 'AuditCheckpoint' });

const filter = z.object({
  actor: z.string().max(200).optional(),
  action: z.string().max(100).optional(),
  category: z.enum(auditCategories).optional(),
  /** What entries concern, such as `plan:12`, or the beginning of it: `environment:`. */
  subject: z.string().max(400).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export type AuditFilter = z.output<typeof filter>;

export const auditRoutes = {
  listAudit: route({
    method: 'GET',
    path: '/audit',
    summary: 'The audit record, newest first, of the categories that whoever asks may read',
    permission: 'audit-reader',
    audit: null,
    query: paging.extend(filter.shape),
    response: page(auditEntry).extend({
      /** The categories that whoever asks may read; `all` where they may read the whole record. */
      readable: z.union([z.literal('all'), z.array(z.enum(auditCategories))]),
    }),
  }),
  exportAudit: route({
    method: 'GET',
    path: '/audit/export',
    summary:
      'The sealed entries of the audit record, oldest first, as JSON lines or CSV, of the categories that whoever asks may read',
    permission: 'audit-reader',
    audit: null,
    query: filter.extend({ format: z.enum(['jsonl', 'csv']).default('jsonl') }),
    /** The lines themselves. */
    response: z.unknown(),
    raw: 'response',
  }),
  listAuditCheckpoints: route({
    method: 'GET',
    path: '/audit/checkpoints',
    summary: 'What was signed of the audit record, and the keys that signed it',
    permission: 'right:read-audit',
    audit: null,
    query: paging,
    response: page(auditCheckpoint).extend({
      keys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })),
      /** Entries that were not sealed yet. */
      unsealed: z.int(),
    }),
  }),
} as const;
