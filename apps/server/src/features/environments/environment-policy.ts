import { type ApplicationId, actorName, type EnvironmentId } from '@almanac/domain';
import type { Environment } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** What holds for an environment as a whole, as history keeps it. */
export interface EnvironmentPolicy {
  readonly type: Environment['type'];
  /** The name of the environment before it on the path. */
  readonly promotesFrom: string | null;
  readonly following: Environment['following'];
  readonly rollout: Environment['rollout'];
  readonly drift: Environment['drift'];
  /** Absent in what was kept before there were rings. */
  readonly rings?: Environment['rings'];
}

/** On which sites of an environment an application runs: those with these labels. */
export interface PlacementPolicy {
  readonly labels: Readonly<Record<string, string>>;
}

/** Keeps the policy of an environment as it is from now on. */
export async function recordPolicy(context: CommandContext, environment: EnvironmentId): Promise<void> {
  const policy = await presentPolicy(context.db, environment);
  await record(context, { environment, application: null, policy });
}

/** Keeps the placement of an application as it is from now on. */
export async function recordPlacement(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly labels: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await record(context, { ...input, policy: { labels: input.labels } });
}

async function record(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId | null;
    readonly policy: EnvironmentPolicy | PlacementPolicy;
  },
): Promise<void> {
  await context.db
    .insertInto('environmentChanges')
    .values({
      id: context.newId(),
      environmentId: input.environment,
      applicationId: input.application,
      at: context.now,
      byWhom: actorName(context.actor),
      policy: JSON.stringify(input.policy),
    })
    .execute();
}

async function presentPolicy(db: Kysely<Tables>, environment: EnvironmentId): Promise<EnvironmentPolicy> {
  return db
    .selectFrom('environments')
    .leftJoin('environments as earlier', 'earlier.id', 'environments.promotesFrom')
    .select([
      'environments.type',
      'environments.following',
      'environments.rollout',
      'environments.drift',
      'environments.rings',
      'earlier.name as promotesFrom',
    ])
    .where('environments.id', '=', environment)
    .executeTakeFirstOrThrow();
}

/** The policy of an environment and the placements in it, now or at a moment. */
export async function readPolicies(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly moment: Date | null },
): Promise<{
  readonly environment: EnvironmentPolicy;
  readonly placements: ReadonlyMap<ApplicationId, Readonly<Record<string, string>>>;
}> {
  const present = await presentPolicy(db, input.environment);
  if (input.moment === null) {
    const rows = await db
      .selectFrom('placements')
      .select(['applicationId', 'labels'])
      .where('environmentId', '=', input.environment)
      .execute();
    return { environment: present, placements: new Map(rows.map((row) => [row.applicationId, row.labels])) };
  }
  const { rows } = await sql<{ applicationId: ApplicationId | null; policy: EnvironmentPolicy | PlacementPolicy }>`
    select distinct on (application_id) application_id, policy from environment_changes
    where environment_id = ${input.environment} and at <= ${input.moment}
    order by application_id, at desc`.execute(db);
  const placements = new Map<ApplicationId, Readonly<Record<string, string>>>();
  let environment = present;
  for (const row of rows) {
    if ('labels' in row.policy) {
      if (row.applicationId !== null) placements.set(row.applicationId, row.policy.labels);
    } else environment = row.policy;
  }
  return { environment, placements };
}
