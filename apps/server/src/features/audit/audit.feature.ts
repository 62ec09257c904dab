import { Readable } from 'node:stream';
import type { AuditEntry } from '@almanac/protocol';
import type { Feature } from '#platform/feature';
import { decodeCursor, direct, pageOf, read } from '#platform/http';
import { type AuditSink, deliverCheckpoints } from './audit-sink.ts';
import { forgetAudit, type Sign, signCheckpoint } from './checkpoints.ts';
import { exportAudit } from './export-audit.ts';
import { filtered } from './filter-audit.ts';
import { sealAudit } from './seal-audit.ts';

export interface AuditTools {
  readonly sign: Sign;
  readonly publicKeys: readonly { readonly keyId: string; readonly publicKey: string }[];
  /** Nothing leaves the database without one. */
  readonly sink: AuditSink | undefined;
  /** How long entries are kept, in days; for ever where it is not said. */
  readonly keptDays: number | undefined;
}

export function auditFeature(tools: AuditTools): Feature {
  const { sink, keptDays } = tools;
  return {
    name: 'audit',
    endpoints: [
      read('listAudit', async ({ db }, { query: { limit, cursor, ...filter } }) => {
        const before = decodeCursor(cursor);
        const rows = await filtered(db.selectFrom('audit'), filter)
          .selectAll()
          .$if(before !== undefined, (each) => each.where('id', '<', String(before?.[0])))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute();
        return pageOf({
          rows,
          limit,
          keyOf: (row) => [row.id],
          present: ({ id: _, at, beforeDigest, afterDigest, ...rest }): AuditEntry => ({
            ...rest,
            at: at.toISOString(),
            before: beforeDigest,
            after: afterDigest,
          }),
        });
      }),
      direct('exportAudit', async ({ db }, { query: { format, ...filter }, http: { reply } }) => {
        void reply.header('cache-control', 'no-store');
        void reply.header('content-disposition', `attachment; filename="audit.${format}"`);
        void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8');
        return reply.send(Readable.from(exportAudit(db, { filter, format }))) as never;
      }),
      read('listAuditCheckpoints', async ({ db }, { query: { limit, cursor } }) => {
        const before = decodeCursor(cursor);
        const rows = await db
          .selectFrom('auditCheckpoints')
          .select(['sequence', 'hash', 'at', 'keyId', 'signature'])
          .$if(before !== undefined, (each) => each.where('sequence', '<', Number(before?.[0])))
          .orderBy('sequence', 'desc')
          .limit(limit + 1)
          .execute();
        const { unsealed } = await db
          .selectFrom('audit')
          .select((each) => each.fn.countAll<number>().as('unsealed'))
          .where('sequence', 'is', null)
          .executeTakeFirstOrThrow();
        const present = (row: (typeof rows)[number]) => ({ ...row, at: row.at.toISOString() });
        return {
          ...pageOf({ rows, limit, keyOf: (row) => [row.sequence], present }),
          keys: [...tools.publicKeys],
          unsealed: Number(unsealed),
        };
      }),
    ],
    periodics: [
      {
        name: 'seal-audit',
        everyMs: 1000,
        run: async ({ db }) => {
          while ((await sealAudit(db)) > 0);
        },
      },
      {
        name: 'sign-audit-checkpoint',
        everyMs: 5000,
        run: async ({ db, signal }) => {
          await signCheckpoint(db, tools.sign);
          if (sink !== undefined) await deliverCheckpoints(db, sink, signal);
        },
      },
      ...(keptDays === undefined
        ? []
        : [
            {
              name: 'forget-old-audit',
              everyMs: 3_600_000,
              run: async ({ db }: { readonly db: Parameters<typeof forgetAudit>[0] }) => {
                await forgetAudit(db, { days: keptDays, onlyDelivered: sink !== undefined });
              },
            },
          ]),
    ],
  };
}
