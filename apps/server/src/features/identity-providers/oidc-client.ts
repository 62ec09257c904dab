import type { Outbound } from '@almanac/host';
import type { OidcConfiguration } from '@almanac/protocol';
import { createRemoteJWKSet, type JWTVerifyGetKey, customFetch as joseFetch } from 'jose';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from 'openid-client';
import { faultOfJson, usualJson } from '#platform/http';
import { ProviderFault } from './provider-fault.ts';
import type { ConfiguredProvider } from './provider-protocol.ts';

/** With a key of its own for each side; neither `none`, nor a secret that both sides know. */
const safeAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** What a provider says of itself is read again so often, in milliseconds. */
const keptMs = 600_000;
/** How many providers are remembered; more are forgotten at once. */
const mostKept = 100;
const patienceSeconds = 10;
/** How far clocks may differ, in seconds. */
const skewSeconds = 30;

/** A provider that was asked what it is. */
export interface OidcClient {
  readonly configuration: Configuration;
  readonly metadata: Readonly<ServerMetadata>;
  /** Those that the provider uses and that are safe. */
  readonly algorithms: readonly string[];
  /** The keys of the issuer, and no others. */
  readonly keys: JWTVerifyGetKey;
}

export type ConnectOidc = (provider: ConfiguredProvider) => Promise<OidcClient>;

/** Asks providers what they are, and remembers it for a while. Every request goes out through `outbound`. */
export function createConnectOidc(outbound: Pick<Outbound, 'fetch'>): ConnectOidc {
  const fetchStrictly = strictFetch(outbound);
  const kept = new Map<string, { readonly at: number; readonly client: Promise<OidcClient> }>();
  return (provider) => {
    const found = kept.get(provider.versionId);
    if (found !== undefined && Date.now() - found.at < keptMs) return found.client;
    if (kept.size >= mostKept) kept.clear();
    const client = connect(provider, fetchStrictly);
    kept.set(provider.versionId, { at: Date.now(), client });
    // What failed is asked anew by whoever comes next.
    client.catch(() => kept.get(provider.versionId)?.client === client && kept.delete(provider.versionId));
    return client;
  };
}

/** The configuration of a provider that speaks OpenID Connect. */
export function oidcOf({ configuration }: Pick<ConfiguredProvider, 'configuration'>): OidcConfiguration {
  if (configuration.kind !== 'oidc') throw new Error(`this is ${configuration.kind}, and not OpenID Connect`);
  return configuration;
}

type Fetch = (address: string | URL, init?: RequestInit) => Promise<Response>;

async function connect(provider: ConfiguredProvider, fetchStrictly: Fetch): Promise<OidcClient> {
  const given = oidcOf(provider);
  const server = new URL(given.issuer);
  // The policy of outbound requests has decided already; a provider inside may be without TLS where the operator says so.
  const execute = server.protocol === 'http:' ? [allowInsecureRequests] : [];
  const found = await discovery(server, given.clientId, undefined, None(), {
    [customFetch]: fetchStrictly as never,
    timeout: patienceSeconds,
    execute,
  });
  // Without the helper functions that the library adds.
  const metadata: ServerMetadata = JSON.parse(JSON.stringify(found.serverMetadata()));
  if (metadata.issuer !== given.issuer)
    throw new ProviderFault('provider', `it calls itself ${metadata.issuer}, and not ${given.issuer}`);
  const offered = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
  const algorithms = safeAlgorithms.filter((each) => offered.includes(each));
  if (algorithms.length === 0)
    throw new ProviderFault(
      'provider',
      `it signs with ${offered.join(', ')}; one of ${safeAlgorithms.join(', ')} is needed`,
    );
  if (metadata.jwks_uri === undefined) throw new ProviderFault('provider', 'it does not say where its keys are');
  const configuration = new Configuration(
    { ...metadata, id_token_signing_alg_values_supported: algorithms },
    given.clientId,
    { [clockTolerance]: skewSeconds },
    authenticationOf(given, provider),
  );
  configuration[customFetch] = fetchStrictly as never;
  configuration.timeout = patienceSeconds;
  for (const extension of execute) extension(configuration);
  // Tokens are verified by the keys of the issuer, also where they came straight from it.
  enableNonRepudiationChecks(configuration);
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { [joseFetch]: fetchStrictly as never });
  return { configuration, metadata, algorithms, keys };
}

function authenticationOf(given: OidcConfiguration, provider: ConfiguredProvider): ClientAuth {
  if (given.authentication === 'none') return None();
  const secret = provider.secretOf('clientSecret')?.reveal();
  if (secret === undefined) throw new ProviderFault('provider', 'the secret of the client is missing');
  return given.authentication === 'client-secret-basic' ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

/** Refuses documents that can be read in two ways. */
function strictFetch(outbound: Pick<Outbound, 'fetch'>): Fetch {
  return async (address, init) => {
    const answer = await outbound.fetch(address, init);
    const text = await answer.clone().text();
    if (/json/i.test(answer.headers.get('content-type') ?? '') && text !== '') {
      const fault = faultOfJson(text, usualJson);
      if (fault !== undefined) throw new ProviderFault('provider', `its ${new URL(address).pathname}: ${fault}`);
    }
    return answer;
  };
}
