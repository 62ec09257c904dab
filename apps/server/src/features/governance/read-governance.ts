import { combinePolicies, type EnvironmentId, type Policy } from '@almanac/domain';
import type { Calendar, GovernanceFacts } from '@almanac/domain/governance';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

interface Row {
  readonly environment: string;
  readonly previous: string | null;
  readonly policies: readonly Policy[];
  readonly freezes: readonly {
    readonly name: string;
    readonly reason: string;
    readonly by: string;
    readonly from: number;
    readonly until: number | null;
    readonly calendar: Calendar | null;
  }[];
  readonly quarantines: GovernanceFacts['quarantines'];
}

/**
 * Everything that holds in an environment, in one look: each pass over a plan asks for it. With a build every other of the
 * same commit is in quarantine: to build it again makes it no better.
 */
export async function readGovernance(db: Kysely<Tables>, environment: EnvironmentId): Promise<GovernanceFacts> {
  const { rows } = await sql<Row>`
    with recursive path as (
      select id, name, promotes_from, 0 as step from environments where id = ${environment}
      union all
      select e.id, e.name, e.promotes_from, path.step + 1 from environments e join path on e.id = path.promotes_from
    ),
    holding (scope, environment_id) as (
      select 'estate', null::uuid
      union all select 'environment', id from path where step = 0
      union all select 'path', id from path
    )
    select
      (select name from path where step = 0) as environment,
      (select name from path where step = 1) as previous,
      (select coalesce(json_agg(newest.policy), '[]') from (
        select distinct on (p.scope, p.environment_id) p.policy
        from policies p join holding h on h.scope = p.scope and h.environment_id is not distinct from p.environment_id
        order by p.scope, p.environment_id, p.version desc
      ) newest) as policies,
      (select coalesce(json_agg(json_build_object(
          'name', f.name, 'reason', f.reason, 'by', f.created_by,
          'from', floor(extract(epoch from f.begins_at) * 1000),
          'until', floor(extract(epoch from f.ends_at) * 1000),
          'calendar', f.calendar) order by f.begins_at), '[]')
        from freezes f join holding h on h.scope = f.scope and h.environment_id is not distinct from f.environment_id
        where f.lifted_at is null and (f.ends_at is null or f.ends_at > now())) as freezes,
      (select coalesce(json_agg(json_build_object('build', same.id, 'reason', q.reason, 'by', q.created_by)), '[]')
        from quarantines q
        join builds bad on bad.id = q.build_id
        join builds same on same.application_id = bad.application_id and (same.id = bad.id or same.commit = bad.commit)
        where q.lifted_at is null) as quarantines`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a query without a table answers with one row');
  const { policies, ...facts } = row;
  return { ...facts, requirements: combinePolicies(policies) };
}
