import { createHash } from 'node:crypto';
import { comparingRules, type EnvironmentId } from '@almanac/domain';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '#tables';
import { type AnalysedContent, analyseContent } from './analyse-content.ts';
import type { Choice } from './choice.ts';

/** Grows when an analysis finds something else in the same state: what was analysed by other rules is analysed again. */
const rules = 1;

/** An analysis, and what it stands on; null where that moved while it was made. */
export interface Analysis extends AnalysedContent {
  readonly stamp: string | null;
}

/** Analyses choices, and says what the result stands on. */
export async function analyse(db: Kysely<Tables>, input: Parameters<typeof analyseContent>[1]): Promise<Analysis> {
  const place = { environment: input.environment.id, choices: input.choices };
  const before = await readStamp(db, place);
  const content = await analyseContent(db, input);
  return { ...content, stamp: (await readStamp(db, place)) === before ? before : null };
}

/**
 * Stands for everything that the analysis of these choices reads and that can change: what the environment contains, its
 * sites, the settings, names, builds and hotfixes of the applications, and references that were resolved since. As long
 * as it is the same, an analysis anew would have the same result, but for remedies: these may name a build that came to
 * another environment since.
 *
 * It is read at a small part of the cost of an analysis. Rows count by the exclusive or of their hashes, whatever their
 * order. The choices themselves are no part of it: whoever changes them analyses them.
 */
export async function readStamp(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly choices: readonly Choice[] },
): Promise<string> {
  const { environment, choices } = input;
  const applications = sql.val(choices.map((each) => each.application));
  const builds = sql.val(choices.flatMap((each) => each.build ?? []));
  const { rows } = await sql<{ facts: string }>`
    with app as (select unnest(${applications}::uuid[]) as id),
    build as (
      select unnest(${builds}::uuid[]) as id
      union
      select build_id from targets where environment_id = ${environment} and application_id in (select id from app)
    ),
    contract as (
      select contract from build_contracts where build_id in (select id from build)
      union
      select contract from build_references where build_id in (select id from build)
    )
    select json_build_array(
      (select ${hashOf(sql`application_id, build_id, operation, settings_hash, earlier_settings`)}
        from targets where environment_id = ${environment}),
      (select ${hashOf(sql`name, rollout`)} from environments where id = ${environment}),
      (select ${hashOf(sql`id, name, labels, capabilities`)} from sites where environment_id = ${environment}),
      (select ${hashOf(sql`application_id, labels`)}
        from placements where environment_id = ${environment} and application_id in (select id from app)),
      (select ${hashOf(sql`application_id, key, level, selector, secret, value`)}
        from setting_values where environment_id = ${environment} and application_id in (select id from app)),
      (select ${hashOf(sql`id, name`)} from applications where id in (select id from app)),
      (select ${hashOf(sql`s.id, r.application_id, r.name, r.operation`)}
        from site_applications r
        join sites s on s.id = r.site_id and s.environment_id = ${environment}
        join applications a on a.name = r.name and a.id <> r.application_id
        where a.id in (select id from app)),
      (select ${hashOf(sql`id, state, label`)} from builds where application_id in (select id from app)),
      (select ${hashOf(sql`id, state, base_commit, tip_commit`)}
        from hotfixes where application_id in (select id from app)),
      (select ${hashOf(sql`build_id, module, contract, element`)}
        from build_references where built_against is null and contract in (select contract from contract))
    )::text as facts`.execute(db);
  return createHash('sha256')
    .update(JSON.stringify([rules, comparingRules, rows[0]?.facts]))
    .digest('base64url');
}

function hashOf(columns: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`bit_xor(hashtextextended(row(${columns})::text, 0))`;
}
