import type { SiteId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Keeps which of the server's keys sites said they trust; nothing is written where it is known. */
export async function noteTrustedKeys(
  db: Kysely<Tables>,
  said: readonly { readonly site: SiteId; readonly trusted: readonly string[] | undefined }[],
): Promise<void> {
  const telling = said.flatMap(({ site, trusted }) => (trusted === undefined ? [] : [{ site, trusted }]));
  if (telling.length === 0) return;
  await sql`
    update sites set trusted_keys = said.trusted
    from (
      select site, array(select jsonb_array_elements_text(keys)) as trusted
      from unnest(${telling.map((each) => each.site)}::uuid[], ${telling.map((each) => JSON.stringify(each.trusted))}::jsonb[])
        as given (site, keys)
    ) said
    where sites.id = said.site and sites.trusted_keys is distinct from said.trusted`.execute(db);
}
