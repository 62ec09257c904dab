import { type PrincipalId, refuse } from '@almanac/domain';
import { readNumbers } from '#features/security-numbers';
import { type CommandContext, command, type Endpoint } from '#platform/http';
import { beginAccountChange } from './change-access.ts';
import { presentPrincipal } from './present-principal.ts';
import { makePrincipal, refuseTakenName } from './principals.routes.ts';
import { hashToken, newToken } from './tokens.ts';

/** People: an administrator makes the account and gives the link on; the person alone knows the password. */
export function userEndpoints(publicUrl: string): readonly Endpoint[] {
  const makeLink = async (context: CommandContext, principal: PrincipalId) => {
    const token = newToken('pass_');
    const expiresAt = new Date(context.now.getTime() + (await readNumbers(context.db))['password-link'] * 3_600_000);
    await context.db.deleteFrom('passwordLinks').where('principalId', '=', principal).execute();
    await context.db
      .insertInto('passwordLinks')
      .values({ tokenHash: hashToken(token), principalId: principal, expiresAt })
      .execute();
    // Behind the hash, a browser sends it to no server and no log.
    return { token, url: `${publicUrl}/password#${token}`, expiresAt: expiresAt.toISOString() };
  };
  return [
    command('inviteUser', async (context, { body }) => {
      await refuseTakenName(context, body.name);
      const principal = await makePrincipal(context, { ...body, kind: 'user' });
      context.audit({
        subject: `principal:${body.name}`,
        detail: { role: body.role, teams: body.teams ?? [] },
        after: presentPrincipal(principal),
      });
      return { ...principal, link: await makeLink(context, principal.id) };
    }),

    command('makePasswordLink', async (context, { params }) => {
      const { account: found } = await beginAccountChange(context, params.principal);
      if (found.kind !== 'user')
        return refuse('wrong-state', `${found.name} is no person: it has tokens, not a password`);
      if (!found.active) return refuse('wrong-state', `${found.name} is deactivated; activate the account first`);
      context.audit({ subject: `principal:${found.name}`, after: null });
      return makeLink(context, found.id);
    }),
  ];
}
