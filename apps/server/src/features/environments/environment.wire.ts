import { type AccessScope, isInScope } from '@almanac/domain';
import type { Environment } from '@almanac/protocol';
import { sql } from 'kysely';
import type { SourceOf } from '#scope';

/** Environments in path order: those without a predecessor first, then by their position. */
export function environmentRows(db: SourceOf<'environments'>) {
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

/** An environment as somebody with this scope sees it: the one before it is left out when they may not list it. */
export function presentEnvironment(
  row: Awaited<ReturnType<ReturnType<typeof environmentRows>['execute']>>[number],
  scope: AccessScope,
): Environment {
  const earlier = row.promotesFrom;
  const shown = earlier !== null && isInScope(scope, { environment: earlier, application: null });
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    type: row.type,
    order: row.position,
    promotesFrom: shown && row.earlierName !== null ? { id: earlier, name: row.earlierName } : null,
    following: row.following,
    rollout: row.rollout,
    drift: row.drift,
    rings: row.rings,
    sites: row.sites,
    revision: row.revision,
  };
}
