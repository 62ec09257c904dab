import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { versionInForce } from './find-provider.ts';
import { configuredProvider, type ProviderTools, protocolOf, sessionUse, unsealed } from './provider-tools.ts';

/** Where somebody goes who signs out of a session that a provider let in, to be signed out there as well. */
export function createLeaveProvider(tools: ProviderTools) {
  return async (db: Kysely<Tables>, tokenHash: string): Promise<string | null> => {
    const found = await db
      .selectFrom('sessions')
      .innerJoin('providerSessions', 'providerSessions.sessionId', 'sessions.id')
      .innerJoin('externalIdentities', 'externalIdentities.id', 'providerSessions.identityId')
      .innerJoin('identityProviders', 'identityProviders.id', 'externalIdentities.providerId')
      .selectAll('identityProviders')
      .select(['providerSessions.kept', 'providerSessions.id as keptAs'])
      .where('sessions.tokenHash', '=', tokenHash)
      .executeTakeFirst();
    if (found === undefined) return null;
    const { kept, keptAs, ...provider } = found;
    const version = await versionInForce(db, provider);
    if (version === undefined) return null;
    return protocolOf(tools, provider.kind).leave(
      configuredProvider(tools, provider, version),
      kept === null ? null : unsealed(tools.box, kept, sessionUse(keptAs)),
    );
  };
}
