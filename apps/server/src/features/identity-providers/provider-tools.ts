import type { IdentityProviderId, ProviderKind } from '@almanac/domain';
import type { Admit } from '#features/access';
import { Secret, type SecretBox, type SecretUse } from '#platform/secrets';
import type { ProviderRow, VersionRow } from './find-provider.ts';
import type { CompletedSignIn, ConfiguredProvider, ProviderProtocol, RedirectProtocol } from './provider-protocol.ts';

/** What everything here works with. */
export interface ProviderTools {
  readonly box: SecretBox;
  /** Where people reach the console. */
  readonly publicUrl: string;
  readonly protocols: readonly ProviderProtocol[];
  readonly admit: Admit;
}

export function protocolOf(tools: ProviderTools, kind: ProviderKind): ProviderProtocol {
  const found = tools.protocols.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`nobody speaks ${kind}`);
  return found;
}

export function redirectProtocolOf(tools: ProviderTools, kind: ProviderKind): RedirectProtocol | undefined {
  const found = protocolOf(tools, kind);
  return found.manner === 'redirect' ? found : undefined;
}

/** The page of ours on which a sign-in at a provider ends. */
export function callbackOf(name: string): string {
  return `/sign-in/callback/${name}`;
}

export const answerPath = '/api/v1/identity-providers/:provider/saml-answers';
export const metadataPath = '/api/v1/identity-providers/:provider/saml-metadata';

/** Providers of SAML have the browser post what they say, which a page cannot read. */
export function redirectUriOf(
  tools: Pick<ProviderTools, 'publicUrl'>,
  { kind, name }: Pick<ProviderRow, 'kind' | 'name'>,
): string {
  return `${tools.publicUrl}${kind === 'saml' ? answerPath.replace(':provider', name) : callbackOf(name)}`;
}

export function metadataUriOf(tools: Pick<ProviderTools, 'publicUrl'>, name: string): string {
  return `${tools.publicUrl}${metadataPath.replace(':provider', name)}`;
}

export function configuredProvider(
  tools: ProviderTools,
  provider: ProviderRow,
  version: VersionRow,
): ConfiguredProvider {
  return {
    id: provider.id,
    name: provider.name,
    versionId: version.id,
    configuration: version.configuration,
    secretOf: (name) => {
      const envelope = version.secrets[name];
      return envelope === undefined ? undefined : tools.box.open(envelope, useOf(provider.id, name));
    },
    redirectUri: redirectUriOf(tools, provider),
    metadataUri: metadataUriOf(tools, provider.name),
  };
}

/** A secret of a provider is one for all versions of its configuration. */
export function useOf(provider: IdentityProviderId, name: string): SecretUse {
  return { kind: `provider-${name}`, id: provider };
}

/** What is remembered of a sign-in that is under way, by the hash of its state. */
export function signInUse(stateHash: string): SecretUse {
  return { kind: 'provider-sign-in', id: stateHash };
}

/** What a provider had a browser post, by the hash of the state of the sign-in. */
export function postedUse(stateHash: string): SecretUse {
  return { kind: 'provider-answer', id: stateHash };
}

/** Tokens of a provider for one sign-in. */
export function sessionUse(kept: string): SecretUse {
  return { kind: 'provider-session', id: kept };
}

/** Tokens and nonces as one envelope. */
export function sealed(box: SecretBox, values: Readonly<Record<string, string>>, use: SecretUse): string {
  return box.close(new Secret(JSON.stringify(values)), use);
}

export function unsealed(box: SecretBox, envelope: string, use: SecretUse): NonNullable<CompletedSignIn['kept']> {
  return JSON.parse(box.open(envelope, use).reveal()) as NonNullable<CompletedSignIn['kept']>;
}
