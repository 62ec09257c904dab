import type { PrincipalId } from '@almanac/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CommandContext, sessionCookie } from '#platform/http';
import { hashToken, newToken } from './tokens.ts';

const absoluteDays = 7;

/** Opens a session and gives the browser its cookie; an earlier one of this browser ends. */
export async function openSession(
  context: CommandContext,
  input: { readonly principal: PrincipalId; readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<void> {
  await endSession(context, input.request);
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
  void input.reply.setCookie(sessionCookie, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: input.request.protocol === 'https',
    expires: expiresAt,
  });
}

export async function endSession(context: CommandContext, request: FastifyRequest): Promise<void> {
  const token = request.cookies[sessionCookie];
  if (token !== undefined) await context.db.deleteFrom('sessions').where('tokenHash', '=', hashToken(token)).execute();
}
