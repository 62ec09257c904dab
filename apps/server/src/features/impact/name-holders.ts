import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/**
 * Who has the name of an application that would be brought to an environment: an application that runs there keeps on
 * its sites the name, and with it the addresses, that it came with, also after it was renamed.
 */
export async function nameHolders(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly brought: readonly ApplicationId[];
    /** What the plan takes out holds nothing afterwards. */
    readonly removed: readonly ApplicationId[];
  },
): Promise<ReadonlyMap<ApplicationId, ApplicationId>> {
  if (input.brought.length === 0) return new Map();
  const held = await db
    .selectFrom('applications')
    .innerJoin('siteApplications', 'siteApplications.name', 'applications.name')
    .innerJoin('sites', 'sites.id', 'siteApplications.siteId')
    .innerJoin('targets', (join) =>
      join
        .onRef('targets.applicationId', '=', 'siteApplications.applicationId')
        .onRef('targets.environmentId', '=', 'sites.environmentId'),
    )
    .select(['applications.id as brought', 'siteApplications.applicationId as holder'])
    .distinct()
    .where('applications.id', 'in', input.brought)
    .where('sites.environmentId', '=', input.environment)
    .whereRef('siteApplications.applicationId', '<>', 'applications.id')
    .execute();
  return new Map(
    held.filter(({ holder }) => !input.removed.includes(holder)).map(({ brought, holder }) => [brought, holder]),
  );
}
