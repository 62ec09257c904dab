import { createPrivateKey, createPublicKey, createSign, type KeyObject, X509Certificate } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { SamlConfiguration } from '@almanac/protocol';
import { ProviderFault } from './provider-fault.ts';
import type { ConfiguredProvider } from './provider-protocol.ts';
import { assertionNamespace, persistentFormat, postBinding, protocolNamespace, rsaSha256 } from './saml-names.ts';
import { escaped } from './saml-text.ts';

/**
 * Where the browser goes: the address of the provider with our request in it (the redirect binding), signed where the
 * configuration has it.
 *
 * @throws {ProviderFault} when our key is missing, or is not that of our certificate
 */
export function requestUrl(
  provider: ConfiguredProvider,
  given: {
    readonly configuration: SamlConfiguration;
    readonly id: string;
    readonly state: string;
    readonly at: Date;
  },
): string {
  const { configuration, state } = given;
  const request = deflateRawSync(Buffer.from(requestXml(provider, given))).toString('base64');
  const parts = [`SAMLRequest=${encodeURIComponent(request)}`, `RelayState=${encodeURIComponent(state)}`];
  if (configuration.requestCertificate !== null) {
    const key = requestKeyOf(provider, configuration.requestCertificate);
    parts.push(`SigAlg=${encodeURIComponent(rsaSha256)}`);
    const signature = createSign('sha256').update(parts.join('&')).sign(key, 'base64');
    parts.push(`Signature=${encodeURIComponent(signature)}`);
  }
  const url = new URL(configuration.signInUrl);
  url.hash = '';
  return `${url.href}${url.search === '' ? '?' : '&'}${parts.join('&')}`;
}

function requestXml(provider: ConfiguredProvider, { configuration, id, at }: Parameters<typeof requestUrl>[1]): string {
  const policy = `<samlp:NameIDPolicy Format="${persistentFormat}" AllowCreate="true"/>`;
  return [
    `<samlp:AuthnRequest xmlns:samlp="${protocolNamespace}" ID="${id}" Version="2.0" IssueInstant="${at.toISOString()}"`,
    ` Destination="${escaped(configuration.signInUrl)}" ProtocolBinding="${postBinding}"`,
    ` AssertionConsumerServiceURL="${escaped(provider.redirectUri)}">`,
    `<saml:Issuer xmlns:saml="${assertionNamespace}">${escaped(provider.metadataUri)}</saml:Issuer>`,
    configuration.attributes.subject === null ? policy : '',
    '</samlp:AuthnRequest>',
  ].join('');
}

function requestKeyOf(provider: ConfiguredProvider, certificate: string): KeyObject {
  const text = provider.secretOf('requestKey');
  if (text === undefined) throw new ProviderFault('provider', 'the key that requests are signed with is missing');
  let key: KeyObject;
  try {
    key = createPrivateKey(text.reveal());
  } catch {
    throw new ProviderFault('provider', 'the key that requests are signed with is no private key as PEM');
  }
  if (!createPublicKey(key).equals(new X509Certificate(certificate).publicKey))
    throw new ProviderFault('provider', 'the key that requests are signed with is not that of the certificate');
  return key;
}
