import { decideArrival, refuse, type ScimUser, scimDisplayName, scimEmail } from '@almanac/domain';
import { deactivateAccount, refuseWithoutAdministrator } from '#features/access';
import { type ProviderRow, provisionAccount } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import type { ScimUserId } from './scim.tables.ts';
import { scimPolicy, settleUsers } from './settle-users.ts';
import { findScimUser, type ScimUserRow, scimUserOf } from './users.view.ts';

/** Names of accounts are as long as people of Almanac may write them. */
const shownCharacters = 80;

/**
 * Makes an account for a person whom a provider sends, or takes back the one that they had by it: by the key of the person
 * alone. An account that was linked by hand stays out of its reach.
 */
export async function createUser(context: CommandContext, provider: ProviderRow, user: ScimUser): Promise<ScimUserRow> {
  const { db, now } = context;
  await refuseTakenUserName(context, { provider, userName: user.userName });
  const link = await db
    .selectFrom('externalIdentities')
    .leftJoin('scimUsers', 'scimUsers.identityId', 'externalIdentities.id')
    .select(['externalIdentities.id', 'provisioned', 'scimUsers.id as user', 'scimUsers.deletedAt'])
    .where('externalIdentities.providerId', '=', provider.id)
    .where('subject', '=', user.externalId)
    .executeTakeFirst();
  if (link !== undefined && !link.provisioned)
    refuse(
      'name-taken',
      `the account of externalId ${user.externalId} was linked by hand, and is out of the reach of SCIM`,
    );
  if (link !== undefined && link.user !== null && link.deletedAt === null)
    refuse('name-taken', `externalId ${user.externalId} is that of the User ${link.user} already`);
  const identity = link?.id ?? (await provision(context, provider, user));
  const id = link?.user ?? context.newId<'scim-user'>();
  const set = { userName: user.userName, attributes: attributesOf(user), active: user.active, changedAt: now };
  if (link === undefined || link.user === null)
    await db
      .insertInto('scimUsers')
      .values({
        ...set,
        id,
        providerId: provider.id,
        identityId: identity,
        version: 1,
        createdAt: now,
        deletedAt: null,
      })
      .execute();
  else
    await db
      .updateTable('scimUsers')
      .set(({ eb }) => ({ ...set, version: eb('version', '+', 1), deletedAt: null }))
      .where('id', '=', id)
      .execute();
  return carryOver(context, { provider, id, before: undefined });
}

/**
 * Changes a person as the provider says.
 *
 * @returns the person as they are, and whether anything was changed
 */
export async function changeUser(
  context: CommandContext,
  provider: ProviderRow,
  given: { readonly row: ScimUserRow; readonly user: ScimUser },
): Promise<{ readonly row: ScimUserRow; readonly changed: boolean }> {
  const { row, user } = given;
  const before = scimUserOf(row);
  if (user.externalId !== before.externalId)
    refuse('attribute-fixed', 'externalId stays: it is the key by which the person is known when they sign in');
  const same = JSON.stringify(sorted(user)) === JSON.stringify(sorted(before));
  // Said once more, it still holds for an account that somebody activated by hand.
  if (same && (user.active || !row.accountActive)) return { row, changed: false };
  await refuseTakenUserName(context, { provider, userName: user.userName, but: row.id });
  await context.db
    .updateTable('scimUsers')
    .set({
      userName: user.userName,
      attributes: attributesOf(user),
      active: user.active,
      version: row.version + 1,
      changedAt: context.now,
    })
    .where('id', '=', row.id)
    .execute();
  return { row: await carryOver(context, { provider, id: row.id, before }), changed: true };
}

/** The provider has somebody no longer: the account is deactivated, and keeps its key, so that nobody else comes by it. */
export async function deleteUser(context: CommandContext, provider: ProviderRow, row: ScimUserRow): Promise<void> {
  const { db, now } = context;
  await db
    .updateTable('scimUsers')
    .set({ active: false, deletedAt: now, version: row.version + 1, changedAt: now })
    .where('id', '=', row.id)
    .execute();
  await db.deleteFrom('scimMembers').where('userId', '=', row.id).execute();
  await db
    .deleteFrom('memberships')
    .where('principalId', '=', row.principalId)
    .where('givenBy', '=', provider.id)
    .execute();
  if (row.accountActive) await deactivate(context, row);
}

async function provision(context: CommandContext, provider: ProviderRow, user: ScimUser) {
  const arrival = decideArrival({ groups: [] }, undefined, await scimPolicy(context, provider));
  if (arrival.kind !== 'provisioned')
    return refuse(
      'wrong-state',
      `Almanac does not know what people of ${provider.name} may do: give it a default role there, and activate it`,
    );
  const { link } = await provisionAccount(
    context,
    {
      provider: provider.id,
      subject: user.externalId,
      name: user.userName,
      displayName: scimDisplayName(user),
      email: scimEmail(user),
    },
    arrival.defaultRole,
  );
  return link;
}

/** Carries over to the account what is said of the person: how they are called, whether they may sign in, what they hold. */
async function carryOver(
  context: CommandContext,
  given: { readonly provider: ProviderRow; readonly id: ScimUserId; readonly before: ScimUser | undefined },
): Promise<ScimUserRow> {
  const { db } = context;
  const row = await findScimUser(db, given.provider, given.id);
  const user = scimUserOf(row);
  await db
    .updateTable('externalIdentities')
    .set({ name: user.userName, email: scimEmail(user) })
    .where('id', '=', row.identityId)
    .execute();
  const called = scimDisplayName(user).slice(0, shownCharacters);
  if (given.before === undefined || scimDisplayName(given.before).slice(0, shownCharacters) !== called)
    await db.updateTable('principals').set({ displayName: called }).where('id', '=', row.principalId).execute();
  if (!user.active && row.accountActive) await deactivate(context, row);
  if (user.active && !row.accountActive && row.deactivatedAccount) {
    await db.updateTable('principals').set({ active: true }).where('id', '=', row.principalId).execute();
    await db.updateTable('scimUsers').set({ deactivatedAccount: false }).where('id', '=', row.id).execute();
  }
  await settleUsers(context, given.provider, [row.id]);
  return findScimUser(db, given.provider, given.id);
}

async function deactivate({ db }: CommandContext, row: ScimUserRow): Promise<void> {
  await deactivateAccount(db, row.principalId);
  await db.updateTable('scimUsers').set({ deactivatedAccount: true }).where('id', '=', row.id).execute();
  await refuseWithoutAdministrator(db);
}

async function refuseTakenUserName(
  { db }: CommandContext,
  given: { readonly provider: ProviderRow; readonly userName: string; readonly but?: ScimUserId },
): Promise<void> {
  const taken = await db
    .selectFrom('scimUsers')
    .select('id')
    .where('providerId', '=', given.provider.id)
    .where('deletedAt', 'is', null)
    .where((where) => where(where.fn('lower', ['userName']), '=', where.fn('lower', [where.val(given.userName)])))
    .$if(given.but !== undefined, (each) => each.where('id', '<>', given.but as ScimUserId))
    .executeTakeFirst();
  if (taken !== undefined) refuse('name-taken', `userName ${given.userName} is that of the User ${taken.id} already`);
}

function attributesOf({ displayName, name, emails }: ScimUser): string {
  return JSON.stringify({ displayName, name, emails });
}

/** The same whatever the order of its keys: the database has an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
