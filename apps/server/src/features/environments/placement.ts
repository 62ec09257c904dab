import type { ApplicationId, EnvironmentId, SiteId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/** A site on which an application is placed. */
export interface PlacedSite {
  readonly id: SiteId;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Sites of an environment on which an application is placed: all whose labels hold what the placement asks for. */
export async function placedSites(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
): Promise<readonly PlacedSite[]> {
  const { environment, application } = input;
  return (await placedSitesOf(db, { environment, applications: [application] })).get(application) ?? [];
}

/** The same for several applications at once. */
export async function placedSitesOf(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly applications: readonly ApplicationId[] },
): Promise<ReadonlyMap<ApplicationId, readonly PlacedSite[]>> {
  if (input.applications.length === 0) return new Map();
  const placements = await db
    .selectFrom('placements')
    .select(['applicationId', 'labels'])
    .where('environmentId', '=', input.environment)
    .where('applicationId', 'in', input.applications)
    .execute();
  const labels = new Map(placements.map((each) => [each.applicationId, Object.entries(each.labels)]));
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'name', 'labels'])
    .where('environmentId', '=', input.environment)
    .orderBy('name')
    .execute();
  return new Map(
    input.applications.map((application) => {
      const wanted = labels.get(application) ?? [];
      return [application, sites.filter((site) => wanted.every(([key, value]) => site.labels[key] === value))];
    }),
  );
}

export async function readPlacement(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
) {
  const placement = await db
    .selectFrom('placements')
    .selectAll()
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', input.application)
    .executeTakeFirst();
  const sites = await placedSites(db, input);
  return {
    labels: placement?.labels ?? {},
    sites: sites.map(({ id, name }) => ({ id, name })),
    revision: placement?.revision ?? 0,
  };
}
