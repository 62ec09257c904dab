import type { Environment } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Environments in path order: those without a predecessor first, then by their position. */
export function environmentRows(db: Kysely<Tables>) {
  return db
    .selectFrom('environments')
    .leftJoin('environments as earlier', 'earlier.id', 'environments.promotesFrom')
    .selectAll('environments')
    .select([
      'earlier.name as earlierName',
      sql<number>`(select count(*) from sites where sites.environment_id = environments.id)`.as('sites'),
    ])
    .orderBy('environments.position')
    .orderBy('environments.name');
}

export function presentEnvironment(
  row: Awaited<ReturnType<ReturnType<typeof environmentRows>['execute']>>[number],
): Environment {
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    type: row.type,
    order: row.position,
    promotesFrom:
      row.promotesFrom === null || row.earlierName === null ? null : { id: row.promotesFrom, name: row.earlierName },
    following: row.following,
    rollout: row.rollout,
    drift: row.drift,
    rings: row.rings,
    sites: row.sites,
    revision: row.revision,
  };
}
