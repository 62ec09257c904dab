import {
  type Arrival,
  type ArrivalRefusal,
  type ExternalIdentity,
  type ExternalIdentityId,
  leavesNoAdministrator,
  type PrincipalId,
  type RoleId,
} from '@almanac/domain';
import { readPrincipals, readRules } from '#features/access';
import type { CommandContext } from '#platform/http';
import type { VersionRow } from './find-provider.ts';
import { provisionAccount } from './provision-account.ts';
import { readArrival } from './read-arrival.ts';
import { settleMemberships } from './settle-memberships.ts';

/** Somebody from a provider with their account here. */
export interface Arrived {
  readonly principal: PrincipalId;
  readonly link: ExternalIdentityId;
  readonly provisioned: boolean;
}

/**
 * The only place in which an identity of a provider becomes an account of ours: the one that it is linked to, or a new one
 * where that is allowed. What the provider gives is brought up to date.
 */
export async function arrive(
  context: CommandContext,
  identity: ExternalIdentity,
  version: VersionRow,
): Promise<Arrived | { readonly refused: ArrivalRefusal }> {
  const { arrival, link } = await readArrival(context.db, identity, version);
  if (arrival.kind === 'refused') return { refused: arrival.why };
  const arrived =
    link === undefined
      ? { ...(await provisionAccount(context, identity, arrival.defaultRole)), provisioned: true }
      : await meet(context, link, arrival);
  await settleMemberships(context, identity, { principal: arrived.principal, wanted: arrival.memberships });
  await context.db
    .updateTable('externalIdentities')
    .set({ name: identity.name, email: identity.email, lastSeenAt: context.now })
    .where('id', '=', arrived.link)
    .execute();
  return arrived;
}

async function meet(
  context: CommandContext,
  link: { readonly id: ExternalIdentityId; readonly principalId: PrincipalId },
  arrival: Arrival,
): Promise<Arrived> {
  if (arrival.kind === 'known' && arrival.defaultRole !== undefined) {
    const role = arrival.defaultRole;
    // A provider that takes the last administrator away would lock everybody out.
    if (!(await wouldLockOut(context, link.principalId, role))) {
      await context.db
        .updateTable('principals')
        .set({ defaultRoleId: role })
        .where('id', '=', link.principalId)
        .execute();
      await context.db.updateTable('externalIdentities').set({ givenRoleId: role }).where('id', '=', link.id).execute();
    }
  }
  return { principal: link.principalId, link: link.id, provisioned: false };
}

async function wouldLockOut({ db }: CommandContext, principal: PrincipalId, role: RoleId): Promise<boolean> {
  const people = await db.selectFrom('principals').select('id').where('kind', '=', 'user').forUpdate().execute();
  const access = await readPrincipals(
    db,
    people.map((each) => each.id),
  );
  const before = [...access.values()];
  const after = before.map((each) => (each.id === principal ? { ...each, defaultRole: role } : each));
  const { roles } = await readRules(db);
  return leavesNoAdministrator(after, roles) && !leavesNoAdministrator(before, roles);
}
