import { decideArrival, refuse, scimGroupKey } from '@almanac/domain';
import { refuseWithoutAdministrator } from '#features/access';
import { activatedVersion, type ProviderRow, readArrivalPolicy, settleMemberships } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import type { ScimUserId } from './scim.tables.ts';

/**
 * What a provider gives here by its mapping in force. It sends whom it wants to have an account, so that neither sign-ins nor
 * groups decide about that.
 */
export async function scimPolicy({ db }: Pick<CommandContext, 'db'>, provider: ProviderRow) {
  const version = await activatedVersion(db, provider);
  if (version === undefined) return refuse('wrong-state', `${provider.name} has no configuration in force`);
  return { ...(await readArrivalPolicy(db, version)), provisioning: 'everybody' as const };
}

/** Brings what people hold by their groups up to date; accounts that are deactivated hold nothing anyway, and stay as they are. */
export async function settleUsers(
  context: CommandContext,
  provider: ProviderRow,
  users: readonly ScimUserId[],
): Promise<void> {
  if (users.length === 0) return;
  const { db } = context;
  const policy = await scimPolicy(context, provider);
  const groups = await groupsOf(context, users);
  const people = await db
    .selectFrom('scimUsers')
    .innerJoin('externalIdentities', 'externalIdentities.id', 'scimUsers.identityId')
    .innerJoin('principals', 'principals.id', 'externalIdentities.principalId')
    .select(['scimUsers.id', 'identityId', 'principalId', 'principals.active', 'defaultRoleId', 'givenRoleId'])
    .where((where) => where('scimUsers.id', '=', where.fn.any(where.val([...users]))))
    .execute();
  let roleChanged = false;
  for (const { id, identityId, principalId, active, defaultRoleId, givenRoleId } of people) {
    const linked = { principal: principalId, active, defaultRole: defaultRoleId, givenRole: givenRoleId };
    const arrival = decideArrival({ groups: groups.get(id) ?? [] }, linked, policy);
    if (arrival.kind !== 'known') continue;
    const { defaultRole: role, memberships } = arrival;
    if (role !== undefined) {
      roleChanged = true;
      await db.updateTable('principals').set({ defaultRoleId: role }).where('id', '=', principalId).execute();
      await db.updateTable('externalIdentities').set({ givenRoleId: role }).where('id', '=', identityId).execute();
    }
    await settleMemberships(context, { provider: provider.id }, { principal: principalId, wanted: memberships });
  }
  if (roleChanged) await refuseWithoutAdministrator(db);
}

async function groupsOf(
  { db }: CommandContext,
  users: readonly ScimUserId[],
): Promise<ReadonlyMap<ScimUserId, readonly string[]>> {
  const rows = await db
    .selectFrom('scimMembers')
    .innerJoin('scimGroups', 'scimGroups.id', 'scimMembers.groupId')
    .select(['userId', 'displayName', 'externalId'])
    .where((where) => where('userId', '=', where.fn.any(where.val([...users]))))
    .execute();
  const byUser = Map.groupBy(rows, (each) => each.userId);
  return new Map([...byUser].map(([user, groups]) => [user, groups.map(scimGroupKey)]));
}
