import type { EnvironmentId, SiteId } from '@almanac/domain';
import { sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import type { RefreshDocuments } from './refresh-documents.ts';

/** So many documents are made at a time. */
const atOnce = 500;

/**
 * Signs documents anew whose site trusts a later key by now, or whose key is retired: with the latest key that the site trusts.
 * It compares what is there, so it goes on wherever it was cut off.
 */
export async function signAnew(
  { db, inTransaction }: BackgroundContext,
  refreshDocuments: RefreshDocuments,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { rows } = await sql<{ id: SiteId; environmentId: EnvironmentId }>`
      select sites.id, sites.environment_id
      from sites, lateral (
        select key_id from signing_keys
        where retired_at is null and key_id = any(sites.trusted_keys) order by number desc limit 1) wanted
      where sites.sealing_key is not null and sites.document_key <> wanted.key_id
        and (${after ?? null}::uuid is null or sites.id > ${after ?? null}::uuid)
      order by sites.id limit ${atOnce}`.execute(db);
    if (rows.length === 0) return;
    for (const [environment, sites] of Map.groupBy(rows, (row) => row.environmentId))
      await inTransaction({ actor: { kind: 'system', name: 'server' }, action: null }, (context) =>
        refreshDocuments(
          context,
          environment,
          sites.map((each) => each.id),
        ),
      );
    if (rows.length < atOnce) return;
    after = rows.at(-1)?.id;
  }
}
