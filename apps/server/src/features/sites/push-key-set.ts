import type { SiteId } from '@almanac/domain';
import { failpoint } from '@almanac/host';
import { sql } from 'kysely';
import type { ReadServerKeys } from '#features/signing-keys';
import type { BackgroundContext } from '#platform/feature';
import type { AgentHub } from './agent-hub.ts';

/**
 * Sends connected sites the present set of the server's keys where they have an earlier one. A set that drops a key waits until
 * the site goes by a document that another key signed: a site does not give up the key of what it goes by.
 */
export async function pushKeySet(
  { db }: Pick<BackgroundContext, 'db'>,
  { hub, readKeys }: { readonly hub: AgentHub; readonly readKeys: ReadServerKeys },
): Promise<void> {
  const present = await readKeys(db);
  const lacking = hub.lackingKeys(present);
  if (lacking.length === 0) return;
  const { rows } = await sql<{ id: SiteId }>`
    select sites.id from unnest(${lacking}::uuid[]) as lacking (site) join sites on sites.id = lacking.site,
      (select ${present.keys.map((each) => each.keyId)}::text[] as keys) present
    where trusted_keys && present.keys and (trusted_keys <@ present.keys or document is null
      or (document_key = any(present.keys) and observed_generation >= generation
        and observed_incarnation = ${present.incarnation}))`.execute(db);
  if (rows.length === 0) return;
  const { incarnation, number } = present;
  const set = { order: { incarnation, number }, signed: present.announcement() };
  for (const { id } of rows) {
    failpoint('server-keys-before-push');
    hub.pushKeys(id, set);
  }
}
