import type { ExternalIdentityId, IdentityProviderId, SessionId } from '@almanac/domain';
import type { Kysely, NotNull } from 'kysely';
import type { Tables } from '#tables';

/**
 * Ends sessions that a provider let in, and sign-ins that lack their second step: all of them, those of one identity, or the
 * one that the provider calls by a key.
 *
 * @returns the keys of the sessions that ended
 */
export async function endSessionsOf(
  db: Kysely<Tables>,
  given: {
    readonly provider: IdentityProviderId;
    readonly identity?: ExternalIdentityId;
    readonly foreignSession?: string;
  },
): Promise<readonly SessionId[]> {
  const letIn = db
    .selectFrom('providerSessions')
    .innerJoin('externalIdentities', 'externalIdentities.id', 'providerSessions.identityId')
    .where('externalIdentities.providerId', '=', given.provider)
    .$if(given.identity !== undefined, (each) => each.where('externalIdentities.id', '=', given.identity as never))
    .$if(given.foreignSession !== undefined, (each) =>
      each.where('providerSessions.foreignSession', '=', given.foreignSession as never),
    );
  await db
    .deleteFrom('arrivals')
    .where(
      'tokenHash',
      'in',
      letIn
        .select('providerSessions.arrivalHash')
        .where('arrivalHash', 'is not', null)
        .$narrowType<{ arrivalHash: NotNull }>(),
    )
    .execute();
  const ended = await db
    .deleteFrom('sessions')
    .where(
      'id',
      'in',
      letIn
        .select('providerSessions.sessionId')
        .where('sessionId', 'is not', null)
        .$narrowType<{ sessionId: NotNull }>(),
    )
    .returning('id')
    .execute();
  return ended.map((each) => each.id);
}
