import type { SiteId } from '@almanac/domain';
import type { Occurrences } from '@almanac/protocol';
import { sql } from 'kysely';
import { type CommandContext, decodeCursor, pageOf, read } from '#platform/http';
import { veilFor } from '#scope';
import { findSite } from './site.wire.ts';

/** So many of one site are kept. */
const mostKept = 2000;

/**
 * Keeps what came to pass on a site. What was told before is known by its number: an agent tells it until it hears that it
 * was kept, and it stands here once.
 */
export async function saveOccurrences(
  context: CommandContext,
  input: { readonly site: SiteId; readonly told: Occurrences },
): Promise<void> {
  const { site, told } = input;
  const kept = await context.db
    .insertInto('siteOccurrences')
    .values(
      told.items.map(({ number, kind, application, detail, by, at }) => ({
        siteId: site,
        spool: told.spool,
        number,
        kind,
        application,
        detail,
        by,
        at: new Date(at),
        receivedAt: context.now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('number')
    .execute();
  if (kept.length === 0) return;
  await sql`
    delete from site_occurrences where site_id = ${site} and (spool, number) in (
      select spool, number from site_occurrences where site_id = ${site}
      order by received_at desc, number desc offset ${mostKept})`.execute(context.db);
  await context.record({ kind: 'site-changed', subject: { site } });
}

export const occurrenceEndpoints = [
  read('listSiteOccurrences', async ({ db, access }, { params, query }) => {
    const site = await findSite(db, params.site);
    const veil = await veilFor(db, { scope: access.scopeOf('list'), environments: [site.environmentId] });
    const cursor = decodeCursor(query.cursor);
    const rows = await db
      .selectFrom('siteOccurrences')
      .select(['number', 'kind', 'application', 'detail', 'by', 'at', 'receivedAt'])
      .where('siteId', '=', site.id)
      .$if(cursor !== undefined, (each) =>
        each.where(
          sql<boolean>`(date_trunc('milliseconds', received_at), number) < (${String(cursor?.[0])}::timestamptz, ${Number(cursor?.[1])})`,
        ),
      )
      .orderBy(sql`date_trunc('milliseconds', received_at)`, 'desc')
      .orderBy('number', 'desc')
      .limit(query.limit + 1)
      .execute();
    return veil(
      pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.receivedAt.toISOString(), String(row.number)],
        present: ({ number, kind, application, detail, by, at, receivedAt }) => ({
          number: Number(number),
          kind,
          application,
          detail,
          by,
          at: at.toISOString(),
          receivedAt: receivedAt.toISOString(),
        }),
      }),
    );
  }),
];
