import { type ApplicationId, type BuildId, commitGraph, labelOf } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** The history of an application as far as it is known. */
export async function readCommitGraph(db: Kysely<Tables>, application: ApplicationId) {
  const rows = await db
    .selectFrom('commits')
    .select(['hash', 'parents', 'author', 'at', 'subject'])
    .where('applicationId', '=', application)
    .execute();
  return commitGraph(rows.map((row) => ({ ...row, at: row.at.toISOString() })));
}

/** Names builds anew: those that are given, or all of an application after one of them got a version. */
export async function refreshLabels(
  context: Pick<CommandContext, 'db'>,
  input: { readonly application: ApplicationId; readonly builds?: readonly BuildId[] },
): Promise<void> {
  const { db } = context;
  const graph = await readCommitGraph(db, input.application);
  const versions = await db
    .selectFrom('versions')
    .select(['number', 'commit', 'buildId'])
    .where('applicationId', '=', input.application)
    .execute();
  const versionOfCommit = new Map(versions.map((each) => [each.commit, each.number]));
  const versionOfBuild = new Map(versions.map((each) => [each.buildId, each.number]));
  const builds = await db
    .selectFrom('builds')
    .select(['id', 'commit', 'label'])
    .where('applicationId', '=', input.application)
    .$if(input.builds !== undefined, (query) => query.where('id', 'in', [...(input.builds ?? [])]))
    .execute();
  for (const build of builds) {
    if (build.commit === null) continue;
    const label = labelOf({
      commit: build.commit,
      version: versionOfBuild.get(build.id) ?? null,
      versionOfCommit,
      graph,
    });
    if (label !== build.label) await db.updateTable('builds').set({ label }).where('id', '=', build.id).execute();
  }
}
