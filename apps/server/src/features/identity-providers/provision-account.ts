import {
  accountName,
  type ExternalIdentity,
  type ExternalIdentityId,
  type PrincipalId,
  type RoleId,
  readable,
} from '@almanac/domain';
import type { CommandContext } from '#platform/http';

/** Somebody comes for the first time: the account is new, whoever else has the same name or address. */
export async function provisionAccount(
  context: CommandContext,
  identity: Omit<ExternalIdentity, 'groups'>,
  defaultRole: RoleId | undefined,
): Promise<{ readonly principal: PrincipalId; readonly link: ExternalIdentityId; readonly name: string }> {
  if (defaultRole === undefined) throw new Error('whoever gets an account gets a role with it');
  const { db, now } = context;
  const like = await db
    .selectFrom('principals')
    .select('name')
    .where('name', 'like', `${readable(identity.name ?? '')}%`)
    .execute();
  const principal = context.newId<'principal'>();
  const name = accountName(identity.name, new Set(like.map((each) => each.name)));
  await db
    .insertInto('principals')
    .values({
      id: principal,
      kind: 'user',
      name,
      displayName: (identity.displayName ?? name).slice(0, 80),
      defaultRoleId: defaultRole,
      passwordHash: null,
      createdAt: now,
    })
    .execute();
  const link = context.newId<'external-identity'>();
  await db
    .insertInto('externalIdentities')
    .values({
      id: link,
      providerId: identity.provider,
      subject: identity.subject,
      principalId: principal,
      givenRoleId: defaultRole,
      provisioned: true,
      name: null,
      email: null,
      linkedAt: now,
      lastSeenAt: null,
    })
    .execute();
  return { principal, link, name };
}
