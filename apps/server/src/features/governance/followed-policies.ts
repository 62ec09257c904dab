import type { FollowedPolicy } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import { type ScopeColumns, toScope } from './scopes.ts';

function followedRows(db: Kysely<Tables>) {
  return db
    .selectFrom('followedPolicies')
    .leftJoin('environments', 'environments.id', 'followedPolicies.environmentId')
    .selectAll('followedPolicies')
    .select('environments.name as environmentName');
}

type FollowedRow = Awaited<ReturnType<ReturnType<typeof followedRows>['execute']>>[number];

/** The file from which the policy of a scope is read; undefined where it is set by hand. */
export async function followedPolicyOf(db: Kysely<Tables>, place: ScopeColumns): Promise<FollowedPolicy | undefined> {
  const row = await followedRows(db)
    .where('followedPolicies.scope', '=', place.scope)
    .where(sql<boolean>`followed_policies.environment_id is not distinct from ${place.environmentId}`)
    .executeTakeFirst();
  return row === undefined ? undefined : presentFollowed(row);
}

/** The files from which policies of scopes are read. */
export async function followedPolicies(db: Kysely<Tables>, places: readonly ScopeColumns[]): Promise<FollowedPolicy[]> {
  const found: FollowedPolicy[] = [];
  for (const place of places) {
    const followed = await followedPolicyOf(db, place);
    if (followed !== undefined) found.push(followed);
  }
  return found;
}

function presentFollowed(row: FollowedRow): FollowedPolicy {
  return {
    id: row.id,
    scope: toScope(row),
    repository: row.repository,
    branch: row.branch,
    path: row.path,
    commit: row.commit,
    lookedAt: row.lookedAt?.toISOString() ?? null,
    fault: row.fault,
    followedBy: row.followedBy,
    followedAt: row.followedAt.toISOString(),
  };
}
