import { combinePolicies, type EnvironmentId, type Facts, openPolicy, type Policy } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** What an environment asks of a change, now or at a moment, as facts; nothing is told of what it does not ask. */
export async function readRequirementFacts(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly moment: Date | null },
): Promise<Facts> {
  const { rows } = await sql<{ policy: Policy }>`
    with recursive path as (
      select id, promotes_from, 0 as step from environments where id = ${input.environment}
      union all
      select e.id, e.promotes_from, path.step + 1 from environments e join path on e.id = path.promotes_from
    ),
    holding (scope, environment_id) as (
      select 'estate', null::uuid
      union all select 'environment', id from path where step = 0
      union all select 'path', id from path
    )
    select distinct on (p.scope, p.environment_id) p.policy
    from policies p join holding h on h.scope = p.scope and h.environment_id is not distinct from p.environment_id
    where ${input.moment}::timestamptz is null or p.changed_at <= ${input.moment}
    order by p.scope, p.environment_id, p.version desc`.execute(db);
  return requirementFacts(rows.map((row) => row.policy));
}

export function requirementFacts(policies: readonly Policy[]): Facts {
  const asked = combinePolicies(policies);
  const words: Record<string, string> = {};
  for (const rule of asked.approvals)
    words[`approval ${rule.name}`] =
      `${rule.count} of ${whose(rule.by)}${rule.excludeRequester ? ', not of who asks' : ''}`;
  for (const [index, windows] of asked.windows.entries())
    words[asked.windows.length === 1 ? 'change window' : `change window ${index + 1}`] = windows
      .map((each) => `${each.start} ${each.zone} for ${each.duration}${each.rule === null ? '' : `, ${each.rule}`}`)
      .join('; ');
  if (asked.tests) words['tests'] = 'must have passed';
  if (asked.minimumAge !== null) words['minimum age'] = `${asked.minimumAge} min`;
  if (asked.soak !== null) words['soak'] = `${asked.soak} min in the environment before`;
  if (asked.twoStep) words['two steps'] = `stops when staged, for ${asked.stagedFor} min`;
  if (asked.whileFrozen !== openPolicy.whileFrozen) words['while frozen'] = 'running plans stop';
  if (asked.parallel !== null) words['parallel'] = `${asked.parallel} operations of a wave`;
  if (asked.failurePolicy !== null) words['when an operation fails'] = asked.failurePolicy;
  if (asked.expedited.length > 0) words['a hotfix need not wait for'] = asked.expedited.join(', ');
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, { everywhere: { text, secret: false } }]));
}

function whose(by: Policy['approvals'][number]['by']): string {
  if (by.kind === 'anyone') return 'whoever may approve';
  return by.kind === 'role' ? `the role ${by.role}` : `the team ${by.team}`;
}
