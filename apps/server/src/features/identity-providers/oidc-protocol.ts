import { hadSecondFactor } from '@almanac/domain';
import type { Outbound } from '@almanac/host';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  refreshTokenGrant,
} from 'openid-client';
import { type ConnectOidc, type OidcClient, oidcOf } from './oidc-client.ts';
import { oidcFault } from './oidc-fault.ts';
import { identityOf, methodsIn, subjectClaimOf } from './oidc-identity.ts';
import { refuseOddToken } from './oidc-token.ts';
import { ProviderFault } from './provider-fault.ts';
import type { CompletedSignIn, ConfiguredProvider, RedirectProtocol } from './provider-protocol.ts';

const untrusted = { trusted: 'never', amr: [], acr: [] } as const;

/** OpenID Connect: authorization code with PKCE, state and nonce. */
export function createOidcProtocol(
  outbound: Pick<Outbound, 'fetch' | 'refusalOfUrl'>,
  connect: ConnectOidc,
): RedirectProtocol {
  return {
    kind: 'oidc',
    manner: 'redirect',
    secrets: ['clientSecret'],
    refusalOf: (configuration) => {
      const detail = outbound.refusalOfUrl(new URL(oidcOf({ configuration }).issuer));
      return detail === undefined ? undefined : { pointer: '/issuer', detail };
    },
    begin: (provider, state) => withOidc(connect, provider, (client) => begin(client, provider, state)),
    complete: (provider, given) => withOidc(connect, provider, (client) => complete(client, provider, given)),
    recheck: (provider, given) => recheck(connect, provider, given),
    leave: async (provider, kept) => {
      try {
        return await withOidc(connect, provider, async (client) => leaveUrl(client, provider, kept));
      } catch (error) {
        // Who signs out here is out here, whatever the provider does.
        if (error instanceof ProviderFault) return null;
        throw error;
      }
    },
  };
}

async function withOidc<Result>(
  connect: ConnectOidc,
  provider: ConfiguredProvider,
  work: (client: OidcClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(await connect(provider));
  } catch (error) {
    throw oidcFault(error);
  }
}

async function begin({ configuration }: OidcClient, provider: ConfiguredProvider, state: string) {
  const [nonce, verifier] = [randomNonce(), randomPKCECodeVerifier()];
  const { scopes, secondFactor } = oidcOf(provider);
  const classes = secondFactor?.trusted === 'when-said' ? secondFactor.acr : [];
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: provider.redirectUri,
    scope: [...new Set(['openid', ...scopes])].join(' '),
    // Many providers ask for a second factor only where it is wanted.
    ...(classes.length === 0 ? {} : { acr_values: classes.join(' ') }),
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  return { url: url.href, remembered: { nonce, verifier } };
}

async function complete(
  client: OidcClient,
  provider: ConfiguredProvider,
  given: Parameters<RedirectProtocol['complete']>[1],
): Promise<CompletedSignIn> {
  const { nonce = '', verifier = '' } = given.remembered;
  const came = new URL(provider.redirectUri);
  came.search = given.answer.query;
  const tokens = await authorizationCodeGrant(client.configuration, came, {
    pkceCodeVerifier: verifier,
    expectedState: given.state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const idToken = tokens.id_token ?? '';
  refuseOddToken(idToken, { clientId: oidcOf(provider).clientId, algorithms: client.algorithms });
  const said: Readonly<Record<string, unknown>> = tokens.claims() ?? {};
  const claims = await claimsOf(client, { said, accessToken: tokens.access_token });
  const refreshToken = tokens.refresh_token;
  const sid = said['sid'];
  return {
    identity: identityOf(provider.id, claims, oidcOf(provider).claims),
    claims,
    // By what is signed alone: what a provider says of a person beside it is about them, and not about this sign-in.
    hadSecondFactor: hadSecondFactor(oidcOf(provider).secondFactor ?? untrusted, methodsIn(said)),
    foreignSession: typeof sid === 'string' && sid.length <= 255 ? sid : null,
    kept: { idToken, ...(refreshToken === undefined ? {} : { refreshToken }) },
    recheck: refreshToken === undefined ? 'none' : 'refresh-token',
    logout: client.metadata.end_session_endpoint !== undefined,
  };
}

/** What the ID token says, and what the provider says beside it of the same person. */
async function claimsOf(
  { configuration, metadata }: OidcClient,
  given: { readonly said: Readonly<Record<string, unknown>>; readonly accessToken: string },
): Promise<Readonly<Record<string, unknown>>> {
  if (metadata.userinfo_endpoint === undefined) return given.said;
  const more = await fetchUserInfo(configuration, given.accessToken, String(given.said['sub']));
  return { ...more, ...given.said };
}

async function recheck(
  connect: ConnectOidc,
  provider: ConfiguredProvider,
  { subject, kept }: Parameters<RedirectProtocol['recheck']>[1],
): ReturnType<RedirectProtocol['recheck']> {
  const { refreshToken } = kept;
  if (refreshToken === undefined) return { outcome: 'there' };
  try {
    return await withOidc(connect, provider, async (client) => {
      const tokens = await refreshTokenGrant(client.configuration, refreshToken);
      const idToken = tokens.id_token;
      if (idToken !== undefined)
        refuseOddToken(idToken, { clientId: oidcOf(provider).clientId, algorithms: client.algorithms });
      const keptNow = {
        ...kept,
        refreshToken: tokens.refresh_token ?? refreshToken,
        ...(idToken === undefined ? {} : { idToken }),
      };
      const claim = subjectClaimOf(oidcOf(provider).claims);
      const said: Readonly<Record<string, unknown>> = tokens.claims() ?? { [claim]: subject };
      if (said[claim] !== subject) return { outcome: 'gone' as const };
      // Without `sub` nobody could tell whether what the provider says beside it is of the same person.
      if (said['sub'] === undefined) return { outcome: 'there' as const, kept: keptNow };
      const claims = await claimsOf(client, { said, accessToken: tokens.access_token });
      return {
        outcome: 'there' as const,
        kept: keptNow,
        identity: identityOf(provider.id, claims, oidcOf(provider).claims),
      };
    });
  } catch (error) {
    // A grant that is valid no longer is the answer of a provider that knows the person no longer, or not as signed in.
    if (error instanceof ProviderFault) return { outcome: error.of === 'person' ? 'gone' : 'no-answer' };
    throw error;
  }
}

function leaveUrl(
  { configuration, metadata }: OidcClient,
  provider: ConfiguredProvider,
  kept: CompletedSignIn['kept'],
): string | null {
  if (metadata.end_session_endpoint === undefined) return null;
  const idToken = kept?.['idToken'];
  return buildEndSessionUrl(configuration, {
    post_logout_redirect_uri: new URL('/sign-in', provider.redirectUri).href,
    ...(idToken === undefined ? {} : { id_token_hint: idToken }),
  }).href;
}
