import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { EndedOperation } from '#features/history';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** Holds the commits that operations went back from, where the environment follows a branch. */
export async function holdFollowing(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly plan: number;
    readonly by: string;
    readonly ended: readonly EndedOperation[];
  },
): Promise<void> {
  const { db } = context;
  const left = input.ended.filter(
    ({ kind, before, after }) =>
      (kind === 'deployed' || kind === 'removed') && before !== null && before.build !== after?.build,
  );
  if (left.length === 0) return;
  const { following } = await db
    .selectFrom('environments')
    .select('following')
    .where('id', '=', input.environment)
    .executeTakeFirstOrThrow();
  if (following.kind === 'none') return;
  for (const { application, before } of left) {
    const build = await db
      .selectFrom('builds')
      .select(['id', 'commit'])
      .where('id', '=', before?.build ?? ('' as never))
      .executeTakeFirst();
    if (build === undefined || build.commit === null) continue;
    await db
      .insertInto('followingHolds')
      .values({
        id: context.newId(),
        environmentId: input.environment,
        applicationId: application,
        commit: build.commit,
        buildId: build.id,
        planNumber: input.plan,
        byWhom: input.by,
        at: context.now,
      })
      .onConflict((conflict) => conflict.columns(['environmentId', 'applicationId', 'commit']).doNothing())
      .execute();
  }
  await context.record({ kind: 'environment-changed', subject: { environment: input.environment } });
}

/** Whether somebody went back from a commit in an environment, so that no automation brings it again. */
export async function isHeld(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly commit: string | null;
  },
): Promise<boolean> {
  if (input.commit === null) return false;
  const row = await db
    .selectFrom('followingHolds')
    .select('id')
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', input.application)
    .where('commit', '=', input.commit)
    .executeTakeFirst();
  return row !== undefined;
}
