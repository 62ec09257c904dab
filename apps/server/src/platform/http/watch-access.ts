import type { Actor } from '@almanac/domain';
import type { Route } from '@almanac/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Tables } from '../../tables.ts';
import type { Access, AccessGuard } from './access-guard.ts';
import type { ParsedParts } from './parse-request.ts';

/** How often it is looked whether whoever waits may still hear the answer; what was taken away ends within two of these. */
const lookMs = 2000;

/** What a request that stays open is watched by. */
export interface AccessWatch {
  /** Fires when what decides about the request changed: a stream ends then, and its reader comes back with what holds now. */
  readonly signal: AbortSignal;
  /** What whoever asks may do now. */
  readonly access: Access;
  /**
   * Says whether the answer may still be given.
   *
   * @throws {DomainError} what a new request would be refused with
   */
  readonly stillAllowed: () => Promise<void>;
}

/** Looks again, for as long as a request stays open, who asks and what they may do: rights do not outlive their end. */
export function watchAccess(input: {
  readonly actor: Actor;
  readonly route: Route;
  readonly parsed: ParsedParts;
  readonly db: Kysely<Tables>;
  readonly guard: AccessGuard;
  /** Finds out who asks, without counting that as a use of the credential. */
  readonly whoAsks: (request: FastifyRequest) => Promise<Actor>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}): AccessWatch {
  const { db, guard, route, parsed, reply } = input;
  const ended = new AbortController();
  let actor = input.actor;
  const look = async () => {
    const now = await input.whoAsks(input.request);
    const before = actor;
    actor = now;
    if (!guard.isSame(before, now)) ended.abort();
  };
  const timer = setInterval(() => void look().catch(() => ended.abort()), lookMs);
  timer.unref();
  reply.raw.once('close', () => clearInterval(timer));
  return {
    signal: ended.signal,
    access: {
      scopeOf: (capability) => guard.accessOf(actor).scopeOf(capability),
      ask: (given, question) => guard.accessOf(actor).ask(given, question),
    },
    stillAllowed: async () => {
      const now = await input.whoAsks(input.request);
      guard.admit(now, route);
      await guard.decide(db, { actor: now, route, parsed });
    },
  };
}
