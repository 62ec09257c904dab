import type { AccessScope, ApplicationId, EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import { placeInScope } from './scope-conditions.ts';

/** Which of some applications lie in a scope in an environment, those among them that were removed since. */
export async function visibleApplications(
  db: Kysely<Tables>,
  given: {
    readonly scope: AccessScope;
    readonly environment: EnvironmentId;
    readonly applications: Iterable<ApplicationId>;
  },
): Promise<ReadonlySet<ApplicationId>> {
  const { scope } = given;
  const ids = [...new Set(given.applications)];
  if (scope.kind === 'everything' || ids.length === 0) return new Set(ids);
  const columns = { application: sql.ref('asked.id'), environment: sql`${given.environment}::uuid` };
  const { rows } = await sql<{ id: ApplicationId }>`
    select asked.id from unnest(${ids}::uuid[]) as asked (id) where ${placeInScope(scope, columns)}`.execute(db);
  return new Set(rows.map((row) => row.id));
}
