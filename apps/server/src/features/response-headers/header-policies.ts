import { type ApplicationId, actorName, type EnvironmentId } from '@almanac/domain';
import type { SaidHeaders } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** An environment, or an application in it. */
export interface HeaderLevel {
  readonly environment: EnvironmentId;
  readonly application: ApplicationId | null;
}

/** What a level says; a level that was never spoken of is silent, at revision 0. */
export interface KeptPolicy {
  readonly policy: SaidHeaders;
  readonly previous: SaidHeaders | null;
  readonly changedBy: string | null;
  readonly changedAt: Date | null;
  readonly revision: number;
}

const silent: KeptPolicy = { policy: {}, previous: null, changedBy: null, changedAt: null, revision: 0 };

export async function readPolicy(db: Kysely<Tables>, { environment, application }: HeaderLevel): Promise<KeptPolicy> {
  const row = await db
    .selectFrom('headerPolicies')
    .select(['policy', 'previous', 'changedBy', 'changedAt', 'revision'])
    .where('environmentId', '=', environment)
    .where('applicationId', application === null ? 'is' : '=', application)
    .executeTakeFirst();
  return row ?? silent;
}

/** Keeps what a level says from now on, and what it said until now. Whoever calls holds the environment. */
export async function savePolicy(
  context: CommandContext,
  input: { readonly level: HeaderLevel; readonly policy: SaidHeaders; readonly before: KeptPolicy },
): Promise<void> {
  const { level, policy, before } = input;
  const said = {
    policy: JSON.stringify(policy),
    previous: JSON.stringify(before.policy),
    changedBy: actorName(context.actor),
    changedAt: context.now,
  };
  await context.db
    .insertInto('headerPolicies')
    .values({ environmentId: level.environment, applicationId: level.application, ...said })
    .onConflict((conflict) =>
      conflict
        .columns(['environmentId', 'applicationId'])
        .doUpdateSet({ ...said, revision: sql`header_policies.revision + 1` }),
    )
    .execute();
}
