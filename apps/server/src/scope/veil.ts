import type { AccessScope, EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import { placeInScope } from './scope-conditions.ts';

/** What stands in the place of the name and the key of what somebody may not see. */
export const hiddenName = 'hidden';
const hiddenKey = '00000000-0000-0000-0000-000000000000';

/** Shows an answer without the applications that whoever asked may not see. */
export type Veil = <Answer>(answer: Answer) => Answer;

const nothingHidden: Veil = (answer) => answer;

/**
 * A veil over what somebody may not see in environments. What an analysis finds is true only when it looks at all of an
 * environment; whoever sees a part of it is told that something is there, not what.
 */
export async function veilFor(
  db: Kysely<Tables>,
  given: { readonly scope: AccessScope; readonly environments: readonly EnvironmentId[] },
): Promise<Veil> {
  const { scope } = given;
  if (scope.kind === 'everything') return nothingHidden;
  const places = given.environments.map((environment) =>
    placeInScope(scope, { application: sql.ref('applications.id'), environment: sql`${environment}::uuid` }),
  );
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from applications where not (${sql.join(places, sql` and `)})`.execute(db);
  if (rows.length === 0) return nothingHidden;
  return veilOver({ keys: new Set(rows.map((row) => row.id)), names: new Set(rows.map((row) => row.name)) });
}

interface Hidden {
  readonly keys: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Members of answers that are sentences, or the name of an application alone. */
const sentences: ReadonlySet<string> = new Set(['application', 'detail', 'fix', 'message', 'reason', 'action']);

/** A veil over applications: where an answer mentions one by its key, by its name beside it, or in a sentence. */
export function veilOver(hidden: Hidden): Veil {
  const sentence = (text: string) =>
    text.replaceAll(/[a-z0-9]+(?:-[a-z0-9]+)*/g, (word) => (hidden.names.has(word) ? hiddenName : word));
  const over = (value: unknown, key: string): unknown => {
    if (typeof value === 'string')
      return hidden.keys.has(value) ? hiddenKey : sentences.has(key) ? sentence(value) : value;
    if (Array.isArray(value)) return value.map((each) => over(each, key));
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (isHidden(value, hidden)) return { ...value, id: hiddenKey, name: hiddenName };
    const entries = Object.entries(value);
    // Which build it is would say which application it is.
    const names = entries.some(([member, each]) => member === 'application' && isHidden(each, hidden));
    return Object.fromEntries(
      entries.map(([member, each]) => [member, names && member === 'build' ? null : over(each, member)]),
    );
  };
  return (answer) => over(answer, '') as typeof answer;
}

function isHidden(value: unknown, { keys }: Hidden): boolean {
  return typeof value === 'object' && value !== null && 'id' in value && keys.has(String(value.id));
}
