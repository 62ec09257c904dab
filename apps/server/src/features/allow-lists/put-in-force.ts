import { type Exclusion, exclusionsOf, isTrialOver, type Origin, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { type AllowListCause, type AllowListContent, allowListsOf, beginAccessChange } from '#features/access';
import type { CommandContext } from '#platform/http';
import { exclusionWords } from './allow-list.wire.ts';

export const nothingRestricted: AllowListContent = {
  entrances: { console: null, api: null, agents: null },
  roles: {},
  environments: {},
};

/** The row of lists, held until the end of the command; changes of access go one after the other, and this is one. */
export async function holdAllowLists(context: CommandContext) {
  const change = await beginAccessChange(context);
  const row = await context.db.selectFrom('allowLists').selectAll().forUpdate().executeTakeFirstOrThrow();
  return { change, row };
}
export type AllowListRow = Awaited<ReturnType<typeof holdAllowLists>>['row'];

/** How lists would shut out whoever runs a command; nothing does that to the server itself. */
export function exclusionsFor(
  { actor }: Pick<CommandContext, 'actor'>,
  given: { readonly content: AllowListContent; readonly origin: Origin },
): readonly Exclusion[] {
  if (actor.kind !== 'principal') return [];
  return exclusionsOf(allowListsOf(given.content), { origin: given.origin, access: actor.access });
}

/**
 * Refuses lists that would shut out whoever puts them in force.
 *
 * @throws {DomainError} `would-shut-you-out`
 */
export async function refuseShutOut(
  context: CommandContext,
  given: { readonly content: AllowListContent; readonly origin: Origin; readonly advice: string },
): Promise<void> {
  const exclusions = exclusionsFor(context, given);
  if (exclusions.length === 0) return;
  const words = await exclusionWords(context.db, { exclusions, address: given.origin.address });
  refuse('would-shut-you-out', `${words.join('; ')}. ${given.advice}`);
}

/** What the row says of how its lists came about. */
type Circumstances = Partial<Pick<AllowListRow, 'changedFrom' | 'notedBy'>> &
  Pick<AllowListRow, 'changedBy'> & { readonly cause: AllowListCause; readonly trialEndsAt: Date | null };

/** Puts lists into force, and keeps those that were: of lists on trial the ones before them, which somebody confirmed. */
export async function putInForce(
  context: CommandContext,
  given: { readonly row: AllowListRow; readonly content: AllowListContent; readonly circumstances: Circumstances },
): Promise<void> {
  const { row, content, circumstances } = given;
  const confirmed = row.trialEndsAt === null || row.previous === null ? row.content : row.previous;
  const goesBack = circumstances.cause === 'returned' || circumstances.cause === 'not-confirmed';
  // Whoever goes back may want what they tried again.
  const previous = goesBack ? row.content : confirmed;
  await context.db
    .updateTable('allowLists')
    .set({
      changedFrom: null,
      notedBy: null,
      ...circumstances,
      content: JSON.stringify(content),
      previous: JSON.stringify(previous),
      changedAt: context.now,
      revision: sql`revision + 1`,
    })
    .execute();
  await context.record({
    kind: 'allow-lists-changed',
    subject: { cause: circumstances.cause, at: context.now.toISOString() },
  });
  context.audit({
    subject: 'allow-lists',
    before: row.content,
    after: content,
    detail: { cause: circumstances.cause },
  });
}

/** Puts the lists before back into force once nobody confirmed those on trial in time. */
export async function endTrial(context: CommandContext): Promise<void> {
  const { row } = await holdAllowLists(context);
  if (!isTrialOver(row.trialEndsAt?.getTime() ?? null, context.now.getTime()) || row.previous === null)
    return context.audit(null);
  await putInForce(context, {
    row,
    content: row.previous,
    circumstances: { cause: 'not-confirmed', changedBy: 'server', trialEndsAt: null },
  });
}

/** Lifts every list, for whoever has the server's machine: the way back in. Gives whether there was any. */
export async function clearAllowLists(context: CommandContext): Promise<boolean> {
  const { row } = await holdAllowLists(context);
  if (isSame(row.content, nothingRestricted)) {
    context.audit(null);
    return false;
  }
  await putInForce(context, {
    row,
    content: nothingRestricted,
    circumstances: { cause: 'cleared', changedBy: "the server's machine", trialEndsAt: null },
  });
  return true;
}

/** Whether two contents say the same; jsonb keeps no order of members. */
export function isSame(one: AllowListContent, other: AllowListContent): boolean {
  return spelled(one) === spelled(other);
}

function spelled({ entrances, roles, environments }: AllowListContent): string {
  const sorted = (lists: object) => Object.entries(lists).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(entrances), sorted(roles), sorted(environments)]);
}
