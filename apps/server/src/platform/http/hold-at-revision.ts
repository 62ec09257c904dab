import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import type { CommandContext } from './endpoint.ts';

/**
 * Holds a row until the end of the command, at the revision that the caller has read: of two changes at the same
 * revision the second one is refused.
 */
export async function holdAtRevision(
  context: Pick<CommandContext, 'db'>,
  input: { readonly table: string; readonly id: string; readonly expected: number },
): Promise<void> {
  const { rows } = await sql<{ revision: number }>`
    select revision from ${sql.table(input.table)} where id = ${input.id} for update`.execute(context.db);
  const [row] = rows;
  if (row === undefined) return refuse('not-found', 'it was removed meanwhile');
  if (row.revision !== input.expected)
    refuse('revision-mismatch', `it is at revision ${row.revision} now; read it again`);
}
