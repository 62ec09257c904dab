import type { ApplicationId, EnvironmentId, PlanId, Target } from '@almanac/domain';
import type { HistoryEntry } from '@almanac/protocol';
import { sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import { lockHistory } from './lock-history.ts';

export interface EndedOperation {
  readonly application: ApplicationId;
  readonly name: string;
  readonly kind: HistoryEntry['kind'];
  readonly before: Target | null;
  readonly after: Target | null;
  readonly detail: string | null;
}

/** Writes the entries of operations that reached their end, in the transaction in which they did. */
export async function recordHistory(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly plan: { readonly id: PlanId; readonly number: number };
    readonly by: string;
    readonly ended: readonly EndedOperation[];
  },
): Promise<void> {
  const { environment, plan, ended } = input;
  if (ended.length === 0) return;
  await lockHistory(context.db, environment);
  await keepSettings(
    context,
    ended.flatMap((each) => [each.before ?? [], each.after ?? []].flat()),
  );
  const at = await timeOfEntry(context, environment);
  await context.db
    .insertInto('history')
    .values(
      ended.map((each) => ({
        id: context.newId(),
        at,
        environmentId: environment,
        applicationId: each.application,
        applicationName: each.name,
        kind: each.kind,
        beforeBuildId: each.before?.build ?? null,
        beforeSettings: each.before?.settingsHash ?? null,
        afterBuildId: each.after?.build ?? null,
        afterSettings: each.after?.settingsHash ?? null,
        planId: plan.id,
        planNumber: plan.number,
        byWhom: input.by,
        detail: each.detail,
      })),
    )
    .execute();
}

/**
 * Entries of an environment follow each other in time as they do in commits: a transaction that began earlier and
 * waited must not write an entry of before a snapshot, or of before what it answers to.
 */
async function timeOfEntry(context: CommandContext, environment: EnvironmentId): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select greatest(${context.now}::timestamptz, max(at) + interval '1 millisecond') as at
    from (select at from history where environment_id = ${environment} order by at desc limit 1) newest`.execute(
    context.db,
  );
  return rows[0]?.at ?? context.now;
}

async function keepSettings(context: CommandContext, targets: readonly Target[]): Promise<void> {
  const contents = new Map(targets.map((each) => [each.settingsHash, JSON.stringify(each.settings)]));
  if (contents.size === 0) return;
  await context.db
    .insertInto('pinnedSettings')
    .values([...contents].map(([hash, settings]) => ({ hash, settings })))
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
}
