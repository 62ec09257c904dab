import { Readable } from 'node:stream';
import { auditCategoryOf, readableAudit } from '@almanac/domain';
import type { Outbound } from '@almanac/host';
import type { AuditEntry } from '@almanac/protocol';
import type { Feature } from '#platform/feature';
import { decodeCursor, direct, pageOf, type RefusalCounter, read } from '#platform/http';
import { type AuditSink, deliverCheckpoints } from './audit-sink.ts';
import { forgetAudit, type Sign, signCheckpoint } from './checkpoints.ts';
import { exportAudit } from './export-audit.ts';
import { filtered, refuseUnreadable } from './filter-audit.ts';
import { sealAudit } from './seal-audit.ts';

export interface AuditTools {
  readonly sign: Sign;
  /** Nothing leaves the database without one. */
  readonly sink: AuditSink | undefined;
  readonly outbound: Outbound;
  /** How long entries are kept, in days; for ever where it is not said. */
  readonly keptDays: number | undefined;
  /** Refusals of the same kind are counted, and written once in a while. */
  readonly refusals: Pick<RefusalCounter, 'flush'>;
}

export function auditFeature(tools: AuditTools): Feature {
  const { sink, keptDays } = tools;
  return {
    name: 'audit',
    endpoints: [
      read('listAudit', async ({ db, actor }, { query: { limit, cursor, ...filter } }) => {
        const readable = readableAudit(actor);
        refuseUnreadable({ filter, readable });
        const before = decodeCursor(cursor);
        const rows = await filtered(db.selectFrom('audit'), { filter, readable })
          .selectAll()
          .$if(before !== undefined, (each) => each.where('id', '<', String(before?.[0])))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute();
        const page = pageOf({
          rows,
          limit,
          keyOf: (row) => [row.id],
          present: ({ id: _, at, beforeDigest, afterDigest, ...rest }): AuditEntry => ({
            ...rest,
            at: at.toISOString(),
            category: auditCategoryOf(rest.action),
            before: beforeDigest,
            after: afterDigest,
          }),
        });
        return { ...page, readable: readable === 'all' ? readable : [...readable] };
      }),
      direct('exportAudit', async ({ db, actor }, { query: { format, ...filter }, http: { reply } }) => {
        const question = { filter, readable: readableAudit(actor), format };
        refuseUnreadable(question);
        void reply.header('cache-control', 'no-store');
        void reply.header('content-disposition', `attachment; filename="audit.${format}"`);
        void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8');
        return reply.send(Readable.from(exportAudit(db, question))) as never;
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
        // Those that are retired signed earlier checkpoints.
        const keys = await db.selectFrom('signingKeys').select(['keyId', 'publicKey']).orderBy('number').execute();
        const present = (row: (typeof rows)[number]) => ({ ...row, at: row.at.toISOString() });
        return {
          ...pageOf({ rows, limit, keyOf: (row) => [row.sequence], present }),
          keys,
          unsealed: Number(unsealed),
        };
      }),
    ],
    periodics: [
      { name: 'write-counted-refusals', everyMs: 60_000, run: tools.refusals.flush },
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
          if (sink !== undefined) await deliverCheckpoints(db, { sink, outbound: tools.outbound, signal });
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
