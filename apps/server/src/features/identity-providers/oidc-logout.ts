import { jwtVerify } from 'jose';
import { type ConnectOidc, oidcOf } from './oidc-client.ts';
import { oidcFault } from './oidc-fault.ts';
import { refuseOddLogout } from './oidc-token.ts';
import { ProviderFault } from './provider-fault.ts';
import type { ConfiguredProvider } from './provider-protocol.ts';

/** The kind of event by which a provider says that somebody signed out (OpenID Connect Back-Channel Logout 1.0). */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** A message counts for so many seconds after it was made; it is remembered for as long. */
export const logoutSeconds = 300;
const skewSeconds = 30;

export interface ForeignLogout {
  /** The key of the message: each is carried out once. */
  readonly message: string;
  readonly subject: string | undefined;
  readonly foreignSession: string | undefined;
}

/**
 * Reads the message of a provider that somebody signed out there.
 *
 * @throws {ProviderFault} when it is none of this provider to us
 */
export async function readLogout(
  connect: ConnectOidc,
  provider: ConfiguredProvider,
  token: string,
): Promise<ForeignLogout> {
  try {
    const client = await connect(provider);
    const { clientId, issuer } = oidcOf(provider);
    refuseOddLogout(token, { clientId, algorithms: client.algorithms });
    const { payload } = await jwtVerify(token, client.keys, {
      issuer,
      audience: clientId,
      algorithms: [...client.algorithms],
      requiredClaims: ['iat', 'jti'],
      maxTokenAge: logoutSeconds,
      clockTolerance: skewSeconds,
    });
    const { sub, sid, jti, events, nonce } = payload;
    const event = typeof events === 'object' && events !== null ? Reflect.get(events, logoutEvent) : undefined;
    if (typeof event !== 'object' || event === null || nonce !== undefined)
      throw new ProviderFault('provider', 'the message does not say that somebody signed out');
    const foreignSession = typeof sid === 'string' ? sid : undefined;
    if (sub === undefined && foreignSession === undefined)
      throw new ProviderFault('provider', 'the message does not say who signed out');
    return { message: String(jti), subject: sub, foreignSession };
  } catch (error) {
    throw oidcFault(error);
  }
}
