import { randomBytes } from 'node:crypto';
import { type ExternalIdentity, rememberedUntil } from '@almanac/domain';
import type { ProviderConfiguration, SamlConfiguration } from '@almanac/protocol';
import { ProviderFault } from './provider-fault.ts';
import type { CompletedSignIn, ConfigurationFault, ConfiguredProvider, RedirectProtocol } from './provider-protocol.ts';
import type { ReadAssertion } from './saml-assertion.ts';
import { signingKeysOf } from './saml-keys.ts';
import { persistentFormat } from './saml-names.ts';
import { requestUrl } from './saml-request.ts';
import { isBase64, withoutSpace } from './saml-text.ts';
import { odd } from './saml-xml.ts';
import { soundIdentity } from './sound-identity.ts';
import { verifyResponse } from './verify-response.ts';

/** SAML 2.0: requests by redirect, answers by POST, and only in answer to a request of ours. */
export function createSamlProtocol({ isOn }: { readonly isOn: boolean }): RedirectProtocol {
  return {
    kind: 'saml',
    manner: 'redirect',
    secrets: ['requestKey'],
    ...(isOn ? {} : { off: 'sign-in by SAML is off on this server; ALMANAC_SAML=on turns it on' }),
    refusalOf: (configuration) => refusalOf(samlOf(configuration)),
    begin: async (provider, state) => {
      const id = `_${randomBytes(20).toString('hex')}`;
      const configuration = samlOf(provider.configuration);
      return { url: requestUrl(provider, { configuration, id, state, at: new Date() }), remembered: { request: id } };
    },
    complete: async (provider, given) => complete(provider, given),
    // There is nothing to ask a provider of SAML with: a session here ends by its own rules.
    recheck: async () => ({ outcome: 'there' }),
    leave: async () => null,
  };
}

/** The configuration of a provider that speaks SAML. */
export function samlOf(configuration: ProviderConfiguration): SamlConfiguration {
  if (configuration.kind !== 'saml') throw new Error(`this is ${configuration.kind}, and not SAML`);
  return configuration;
}

function refusalOf({ certificates, requestCertificate }: SamlConfiguration): ConfigurationFault | undefined {
  const keys = signingKeysOf(certificates);
  if (typeof keys === 'string') return { pointer: '/certificates', detail: keys };
  if (requestCertificate === null) return undefined;
  const own = signingKeysOf(requestCertificate);
  if (typeof own === 'string') return { pointer: '/requestCertificate', detail: own };
  return own.length === 1 && own[0]?.kind === 'rsa'
    ? undefined
    : { pointer: '/requestCertificate', detail: 'one certificate with a key of RSA' };
}

function complete(
  provider: ConfiguredProvider,
  { posted, remembered }: Parameters<RedirectProtocol['complete']>[1],
): CompletedSignIn {
  // Without anything posted, a browser came to the page by itself.
  if (posted === null) throw new ProviderFault('person', 'the provider sent nothing');
  const configuration = samlOf(provider.configuration);
  const keys = signingKeysOf(configuration.certificates);
  if (typeof keys === 'string') throw new ProviderFault('provider', keys);
  const now = Date.now();
  const assertion = verifyResponse(
    bytesOf(posted),
    {
      keys,
      signed: configuration.signed,
      issuer: configuration.entityId,
      audience: provider.metadataUri,
      recipient: provider.redirectUri,
      request: remembered['request'] ?? '',
    },
    now,
  );
  const { attributes, nameId } = assertion;
  return {
    identity: identityOf(provider, configuration, assertion),
    claims: { ...(nameId === undefined ? {} : { nameId }), ...Object.fromEntries(attributes) },
    // Nothing is said yet of which classes of an assertion would count: ours is asked for.
    hadSecondFactor: false,
    foreignSession: null,
    kept: null,
    recheck: 'none',
    logout: false,
    takenOnce: { key: assertion.id, until: new Date(rememberedUntil(assertion, now)) },
  };
}

function bytesOf(posted: string): Buffer {
  const base64 = withoutSpace(posted);
  if (base64.length % 4 !== 0 || !isBase64(base64)) throw odd('it is not base64');
  return Buffer.from(base64, 'base64');
}

function identityOf(
  provider: ConfiguredProvider,
  { entityId, attributes: names }: SamlConfiguration,
  assertion: ReadAssertion,
): ExternalIdentity {
  const { attributes } = assertion;
  const first = (name: string) => attributes.get(name)?.[0];
  return soundIdentity({
    provider: provider.id,
    subject:
      names.subject === null
        ? persistentNameOf(assertion, { issuer: entityId, audience: provider.metadataUri })
        : onlyValueOf(attributes, names.subject),
    name: first(names.name),
    displayName: first(names.displayName),
    email: first(names.email),
    groups: attributes.get(names.groups) ?? [],
  });
}

/** Other formats are of addresses, of one session, or are not said to stay. */
function persistentNameOf(
  { nameId }: ReadAssertion,
  expected: { readonly issuer: string; readonly audience: string },
): string {
  if (nameId?.format !== persistentFormat)
    throw odd(
      'its NameID is not persistent; let the provider send such a one, or choose an attribute that never changes',
    );
  // The same name of another qualifier would be somebody else.
  if ((nameId.nameQualifier ?? expected.issuer) !== expected.issuer) throw odd('its NameID is of another provider');
  if ((nameId.spNameQualifier ?? expected.audience) !== expected.audience) throw odd('its NameID is for somebody else');
  return soundSubject(nameId.value);
}

function onlyValueOf(attributes: ReadAssertion['attributes'], name: string): string {
  const [value, ...more] = attributes.get(name) ?? [];
  if (value === undefined || more.length > 0) throw odd(`it has not one value of ${name}, by which people are known`);
  return soundSubject(value);
}

/** Compared exactly, and so taken exactly: what looks like another key is not taken at all. */
function soundSubject(subject: string): string {
  if (subject !== subject.trim() || /\p{C}/u.test(subject)) throw odd('the key of the person has spaces around it');
  return subject;
}
