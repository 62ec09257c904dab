import type { PrincipalId } from '@almanac/domain';
import type { CommandContext, RequestExtras } from '#platform/http';
import { hashToken, newToken } from './tokens.ts';

const absoluteDays = 7;

/** Opens a session and gives the browser its cookie; an earlier one of this browser ends. */
export async function openSession(
  context: CommandContext,
  input: { readonly principal: PrincipalId; readonly http: RequestExtras['http'] },
): Promise<void> {
  const { http } = input;
  await endSession(context, http);
  const token = newToken('als_');
  const expiresAt = new Date(context.now.getTime() + absoluteDays * 86_400_000);
  await context.db
    .insertInto('sessions')
    .values({
      tokenHash: hashToken(token),
      principalId: input.principal,
      createdAt: context.now,
      lastSeenAt: context.now,
      expiresAt,
    })
    .execute();
  void http.reply.setCookie(http.sessionCookie.name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    expires: expiresAt,
  });
}

export async function endSession(context: CommandContext, http: RequestExtras['http']): Promise<void> {
  const token = http.request.cookies[http.sessionCookie.name];
  if (token !== undefined) await context.db.deleteFrom('sessions').where('tokenHash', '=', hashToken(token)).execute();
}
