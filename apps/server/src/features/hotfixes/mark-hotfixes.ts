import type { ApplicationId, BuildId, EnvironmentId } from '@almanac/domain';
import type { HotfixMark } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { beyondScope, type ScopedDatabase } from '#scope';
import type { Tables } from '#tables';
import { readStandings } from './read-standing.ts';

/** Open hotfixes of applications as boards mention them, by `environment application`; costs one look where none is. */
export async function hotfixMarks(
  db: ScopedDatabase,
  applications: readonly ApplicationId[],
): Promise<ReadonlyMap<string, readonly HotfixMark[]>> {
  if (applications.length === 0) return new Map();
  const open = await db
    .selectFrom('hotfixes')
    .innerJoin('environments', 'environments.id', 'hotfixes.environmentId')
    .selectAll('hotfixes')
    .select('environments.name as environmentName')
    .where('hotfixes.applicationId', 'in', [...applications])
    .where('hotfixes.state', '=', 'open')
    .orderBy('hotfixes.number')
    .execute();
  if (open.length === 0) return new Map();
  const standings = await readStandings(
    beyondScope(db, 'where the fixes of rows are that the scope let through'),
    open,
  );
  const marks = new Map<string, HotfixMark[]>();
  const add = (
    input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
    mark: HotfixMark,
  ) => {
    const key = markKey(input);
    marks.set(key, [...(marks.get(key) ?? []), mark]);
  };
  for (const row of open) {
    const standing = standings.get(row);
    if (standing === undefined) continue;
    for (const { environment, presence } of [standing.own, ...standing.earlier]) {
      if (presence === 'absent') continue;
      add(
        { environment, application: row.applicationId },
        {
          number: row.number,
          environment: { id: row.environmentId, name: row.environmentName },
          branch: row.branch,
          presence,
        },
      );
    }
  }
  return marks;
}

export function markKey(input: { readonly environment: EnvironmentId; readonly application: ApplicationId }): string {
  return `${input.environment} ${input.application}`;
}

/** What the hotfix mends for which a build was made; null for any other build. */
export async function mendedBy(db: Kysely<Tables>, build: BuildId): Promise<string | null> {
  const found = await db
    .selectFrom('hotfixBuilds')
    .innerJoin('hotfixes', 'hotfixes.id', 'hotfixBuilds.hotfixId')
    .innerJoin('builds', 'builds.id', 'hotfixes.baseBuildId')
    .select('builds.label')
    .where('hotfixBuilds.buildId', '=', build)
    .executeTakeFirst();
  return found?.label ?? null;
}
