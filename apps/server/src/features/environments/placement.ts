import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/** Sites of an environment on which an application is placed: all whose labels hold what the placement asks for. */
export async function placedSites(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
) {
  const placement = await db
    .selectFrom('placements')
    .selectAll()
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', input.application)
    .executeTakeFirst();
  const wanted = Object.entries(placement?.labels ?? {});
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'name', 'labels'])
    .where('environmentId', '=', input.environment)
    .orderBy('name')
    .execute();
  return sites.filter((site) => wanted.every(([key, value]) => site.labels[key] === value));
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
