import { type ExternalIdentity, type GivenMembership, type PrincipalId, planMemberships } from '@almanac/domain';
import type { CommandContext } from '#platform/http';

/** Brings the memberships that a provider gave somebody up to date; those that were given by hand stay. */
export async function settleMemberships(
  { db }: Pick<CommandContext, 'db'>,
  { provider }: Pick<ExternalIdentity, 'provider'>,
  given: { readonly principal: PrincipalId; readonly wanted: readonly GivenMembership[] },
): Promise<void> {
  const held = await db
    .selectFrom('memberships')
    .select(['teamId as team', 'roleId as role', 'givenBy'])
    .where('principalId', '=', given.principal)
    .execute();
  const { give, change, take } = planMemberships(provider, held, given.wanted);
  const own = { principalId: given.principal, givenBy: provider };
  for (const { team, role } of give)
    await db
      .insertInto('memberships')
      .values({ ...own, teamId: team, roleId: role })
      .execute();
  for (const { team, role } of change)
    await db
      .updateTable('memberships')
      .set({ roleId: role })
      .where('principalId', '=', given.principal)
      .where('teamId', '=', team)
      .execute();
  if (take.length > 0)
    await db
      .deleteFrom('memberships')
      .where('principalId', '=', given.principal)
      .where('givenBy', '=', provider)
      .where('teamId', 'in', take)
      .execute();
}
