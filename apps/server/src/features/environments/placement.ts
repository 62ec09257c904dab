import type { ApplicationId, EnvironmentId, SiteId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

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
  return (await placementsOf(db, input.environment))(input.application);
}

/** Placements of an environment, read once for many applications. */
export async function placementsOf(
  db: Kysely<Tables>,
  environment: EnvironmentId,
): Promise<(application: ApplicationId) => readonly PlacedSite[]> {
  const placements = await db.selectFrom('placements').selectAll().where('environmentId', '=', environment).execute();
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'name', 'labels'])
    .where('environmentId', '=', environment)
    .orderBy('name')
    .execute();
  return (application) => {
    const wanted = Object.entries(placements.find((each) => each.applicationId === application)?.labels ?? {});
    if (wanted.length === 0) return sites;
    return sites.filter((site) => wanted.every(([key, value]) => site.labels[key] === value));
  };
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
