import { actorName, type Policy, refuse } from '@almanac/domain';
import type { PolicyVersion } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { SourceOf } from '#scope';
import type { Tables } from '#tables';
import { type ScopeColumns, toScope } from './scopes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export interface PolicyChange {
  readonly place: ScopeColumns;
  readonly policy: Policy;
  readonly note: string;
  readonly origin: PolicyVersion['origin'];
  /** The version that was looked at, 0 for none; undefined where it does not matter. */
  readonly after?: number | undefined;
}

/** Gives a scope its next policy; plans that wait are looked at again. */
export async function addPolicyVersion(
  context: CommandContext,
  input: PolicyChange & { readonly wakeWaiting: WakeWaiting },
): Promise<PolicyVersion> {
  const { db } = context;
  const { place } = input;
  await lockPolicy(db, place);
  const last = (await policyInForce(db, place))?.version ?? 0;
  if (input.after !== undefined && input.after !== last)
    return refuse('revision-mismatch', `version ${last} of this policy holds by now; look at it again`);
  const id = context.newId();
  await db
    .insertInto('policies')
    .values({
      id,
      ...place,
      version: last + 1,
      policy: JSON.stringify(input.policy),
      note: input.note,
      origin: input.origin === null ? null : JSON.stringify(input.origin),
      changedBy: actorName(context.actor),
      changedAt: context.now,
    })
    .execute();
  await input.wakeWaiting(context);
  await context.record({
    kind: 'governance-changed',
    subject: place.environmentId === null ? {} : { environment: place.environmentId },
  });
  return presentVersion(await policyRows(db).where('policies.id', '=', id).executeTakeFirstOrThrow());
}

/** Held until the end of the transaction: versions of one policy come one after the other. */
export async function lockPolicy(db: Kysely<Tables>, place: ScopeColumns): Promise<void> {
  const key = `policy:${place.scope}:${place.environmentId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(db);
}

/** The version that holds for a scope; undefined while it has none. */
export async function policyInForce(db: Kysely<Tables>, place: ScopeColumns): Promise<PolicyVersion | undefined> {
  const row = await policyRows(db)
    .where('policies.scope', '=', place.scope)
    .where(sql<boolean>`policies.environment_id is not distinct from ${place.environmentId}`)
    .orderBy('policies.version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : presentVersion(row);
}

export function policyRows(db: SourceOf<'policies'>) {
  return db
    .selectFrom('policies')
    .leftJoin('environments', 'environments.id', 'policies.environmentId')
    .selectAll('policies')
    .select('environments.name as environmentName');
}

export function presentVersion(
  row: Awaited<ReturnType<ReturnType<typeof policyRows>['execute']>>[number],
): PolicyVersion {
  const { approvals, windows, expedited, ...rest } = row.policy;
  return {
    scope: toScope(row),
    version: row.version,
    policy: { ...rest, approvals: [...approvals], windows: [...windows], expedited: [...expedited] },
    note: row.note,
    origin: row.origin,
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
  };
}
