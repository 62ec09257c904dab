import { refuse, type ScimGroup, scimGroupKey } from '@almanac/domain';
import { z } from 'zod';
import type { ProviderRow } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import { findScimGroup, membersOf, type ScimGroupRow } from './groups.view.ts';
import type { ScimGroupId, ScimUserId } from './scim.tables.ts';
import { settleUsers } from './settle-users.ts';

/** Rows of one statement. */
const atOnce = 1000;

export async function createGroup(
  context: CommandContext,
  provider: ProviderRow,
  group: ScimGroup,
): Promise<ScimGroupRow> {
  const { db, now } = context;
  await refuseTaken(context, { provider, group });
  const members = await peopleNamed(context, provider, group.members);
  const id = context.newId<'scim-group'>();
  const { displayName, externalId } = group;
  await db
    .insertInto('scimGroups')
    .values({ id, providerId: provider.id, displayName, externalId, version: 1, createdAt: now, changedAt: now })
    .execute();
  await addMembers(context, id, members);
  await settleUsers(context, provider, members);
  return findScimGroup(db, provider, id);
}

/**
 * Changes a group as the provider says, and what its members hold by it.
 *
 * @returns the group as it is, and who came and went; undefined for those where nothing was changed
 */
export async function changeGroup(
  context: CommandContext,
  provider: ProviderRow,
  given: { readonly row: ScimGroupRow; readonly before: ScimGroup; readonly after: ScimGroup },
): Promise<{
  readonly row: ScimGroupRow;
  readonly changes: { readonly added: number; readonly removed: number } | undefined;
}> {
  const { db, now } = context;
  const { row, before, after } = given;
  const [held, wanted] = [new Set(before.members), new Set(after.members)];
  const added = await peopleNamed(
    context,
    provider,
    after.members.filter((each) => !held.has(each)),
  );
  const removed = before.members.filter((each) => !wanted.has(each)) as ScimUserId[];
  const renamed = before.displayName !== after.displayName || before.externalId !== after.externalId;
  if (!renamed && added.length === 0 && removed.length === 0) return { row, changes: undefined };
  if (renamed) await refuseTaken(context, { provider, group: after, but: row.id });
  const { displayName, externalId } = after;
  await db
    .updateTable('scimGroups')
    .set({ displayName, externalId, version: row.version + 1, changedAt: now })
    .where('id', '=', row.id)
    .execute();
  await addMembers(context, row.id, added);
  if (removed.length > 0)
    await db
      .deleteFrom('scimMembers')
      .where('groupId', '=', row.id)
      .where((where) => where('userId', '=', where.fn.any(where.val(removed))))
      .execute();
  const others = scimGroupKey(before) === scimGroupKey(after) ? [] : before.members.filter((each) => wanted.has(each));
  await settleUsers(context, provider, [...added, ...removed, ...(others as ScimUserId[])]);
  return {
    row: await findScimGroup(db, provider, row.id),
    changes: { added: added.length, removed: removed.length },
  };
}

export async function deleteGroup(context: CommandContext, provider: ProviderRow, row: ScimGroupRow): Promise<void> {
  const members = await membersOf(context.db, [row.id]);
  await context.db.deleteFrom('scimGroups').where('id', '=', row.id).execute();
  await settleUsers(
    context,
    provider,
    members.map((each) => each.userId),
  );
}

/** People by their keys, all of them of this provider. */
async function peopleNamed(
  { db }: CommandContext,
  provider: ProviderRow,
  keys: readonly string[],
): Promise<readonly ScimUserId[]> {
  if (keys.length === 0) return [];
  const wellFormed = keys.filter((each) => z.uuid().safeParse(each).success);
  const found = await db
    .selectFrom('scimUsers')
    .select('id')
    .where('providerId', '=', provider.id)
    .where('deletedAt', 'is', null)
    .where((where) => where('id', '=', where.fn.any(where.val(wellFormed as ScimUserId[]))))
    .execute();
  const known = new Set<string>(found.map((each) => each.id));
  const unknown = keys.find((each) => !known.has(each));
  return unknown === undefined
    ? found.map((each) => each.id)
    : refuse('invalid-value', `${provider.name} has no User ${unknown}: send the person before the group`);
}

async function addMembers({ db }: CommandContext, group: ScimGroupId, users: readonly ScimUserId[]): Promise<void> {
  for (let from = 0; from < users.length; from += atOnce)
    await db
      .insertInto('scimMembers')
      .values(users.slice(from, from + atOnce).map((userId) => ({ groupId: group, userId })))
      .execute();
}

async function refuseTaken(
  { db }: CommandContext,
  given: { readonly provider: ProviderRow; readonly group: ScimGroup; readonly but?: ScimGroupId },
): Promise<void> {
  const { displayName, externalId } = given.group;
  const taken = await db
    .selectFrom('scimGroups')
    .select('id')
    .where('providerId', '=', given.provider.id)
    .where((where) =>
      where.or([
        where(where.fn('lower', ['displayName']), '=', where.fn('lower', [where.val(displayName)])),
        ...(externalId === null ? [] : [where('externalId', '=', externalId)]),
      ]),
    )
    .$if(given.but !== undefined, (each) => each.where('id', '<>', given.but as ScimGroupId))
    .executeTakeFirst();
  if (taken !== undefined)
    refuse('name-taken', `the Group ${taken.id} is called ${displayName}, or has the same externalId, already`);
}
