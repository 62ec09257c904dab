import type { ApplicationId, BuildId, EnvironmentId, SiteId } from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import { sql } from 'kysely';
import { pinSettings } from '#features/settings';
import type { CommandContext } from '#platform/http';

/** Where settings are pinned for each site: what is wanted, what is only staged, and what is kept until a ring is told. */
const pinned = ['targets', 'staged_targets', 'held_targets'];

/**
 * Pins the settings of now for a site that enrols, of all that its environment runs: the plans that wanted it pinned the
 * sites that there were, and without this the site would run its applications with no setting at all.
 */
export async function pinNewSite(
  { db }: CommandContext,
  input: { readonly site: SiteId; readonly environment: EnvironmentId },
): Promise<void> {
  const { site, environment } = input;
  for (const table of pinned) {
    const { rows } = await sql<{ application: ApplicationId; build: BuildId; manifest: Manifest }>`
      select pinned.application_id as application, pinned.build_id as build, builds.manifest
      from ${sql.table(table)} as pinned join builds on builds.id = pinned.build_id
      where pinned.environment_id = ${environment} and builds.manifest is not null
        and not jsonb_exists(pinned.settings, ${site}::text)
      order by pinned.application_id for update of pinned`.execute(db);
    for (const { application, build, manifest } of rows) {
      const { settings } = await pinSettings(db, { application, environment, manifest, only: [site] });
      await sql`update ${sql.table(table)} set settings = settings || ${JSON.stringify(settings)}::jsonb
        where environment_id = ${environment} and application_id = ${application} and build_id = ${build}`.execute(db);
    }
  }
}
