import { refuse } from '@almanac/domain';
import { hashToken, newToken } from '#features/access';
import type { DirectContext, RequestExtras } from '#platform/http';
import type { ProviderRow, VersionRow } from './find-provider.ts';
import { countFailure } from './probation.ts';
import { ProviderFault } from './provider-fault.ts';
import { configuredProvider, type ProviderTools, redirectProtocolOf, sealed, signInUse } from './provider-tools.ts';

/** A sign-in at a provider may take so many minutes. */
const patienceMinutes = 10;

type Http = RequestExtras['http'];

/** Ties a sign-in to the browser in which it began; it lets nobody in. */
export function signInCookie(http: Http): string {
  return http.sessionCookie.name.replace('session', 'sign-in');
}

/**
 * Begins a sign-in, or the try of somebody, with a version of a configuration. The answer of the provider is taken once,
 * from this browser, and only for a while.
 *
 * @returns where the browser goes
 */
export async function beginSignIn(
  tools: ProviderTools,
  { inTransaction, actor }: Pick<DirectContext, 'inTransaction' | 'actor'>,
  given: {
    readonly provider: ProviderRow;
    readonly version: VersionRow;
    readonly dryRun: string | null;
    readonly page: string | null;
    readonly http: Http;
  },
): Promise<string> {
  const { provider, version, http } = given;
  const [state, browser] = [newToken(''), newToken('')];
  const stateHash = hashToken(state);
  const protocol = redirectProtocolOf(tools, provider.kind);
  if (protocol === undefined)
    return refuse(
      'invalid-request',
      `nobody is sent to ${provider.name}: name and password complete the sign-in at once`,
    );
  if (protocol.off !== undefined) return refuse('wrong-state', protocol.off);
  const begun = await protocol
    .begin(configuredProvider(tools, provider, version), state)
    .catch(async (error: unknown) => {
      if (!(error instanceof ProviderFault)) throw error;
      if (given.dryRun === null) await countFailure(inTransaction, { version: version.id, error });
      return refuse(
        'provider-sign-in-failed',
        given.dryRun === null
          ? `${provider.displayName} cannot be reached now; try again, or sign in with a password`
          : `${provider.name}: ${error.message}`,
      );
    });
  await inTransaction({ actor, action: null }, async ({ db, now }) => {
    await db
      .insertInto('providerSignIns')
      .values({
        stateHash,
        providerId: provider.id,
        versionId: version.id,
        browserHash: hashToken(browser),
        remembered: sealed(tools.box, begun.remembered, signInUse(stateHash)),
        dryRunId: given.dryRun,
        page: given.page,
        posted: null,
        expiresAt: new Date(now.getTime() + patienceMinutes * 60_000),
      })
      .execute();
  });
  void http.reply.setCookie(signInCookie(http), browser, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    maxAge: patienceMinutes * 60,
  });
  return begun.url;
}
