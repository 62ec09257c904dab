import type { SamlConfiguration } from '@almanac/protocol';
import type { ConfiguredProvider } from './provider-protocol.ts';
import { signingKeysOf } from './saml-keys.ts';
import {
  metadataNamespace,
  persistentFormat,
  postBinding,
  protocolNamespace,
  redirectBinding,
  signatureNamespace,
} from './saml-names.ts';
import { escaped } from './saml-text.ts';
import {
  attributeOf,
  elementsIn,
  everyElement,
  isNamed,
  odd,
  plainXml,
  readXml,
  textIn,
  type XmlElement,
} from './saml-xml.ts';

/** What metadata of a provider gives to a configuration. */
export interface ReadMetadata extends Pick<SamlConfiguration, 'entityId' | 'signInUrl' | 'certificates'> {
  readonly wantsSignedRequests: boolean;
}

/**
 * Reads metadata that an administrator pasted, as strictly as answers. Whoever pastes it vouches for it: a signature in it says
 * nothing that is not known.
 *
 * @throws {ProviderFault} with what is missing
 */
export function readMetadata(text: string): ReadMetadata {
  const root = readXml(plainXml(Buffer.from(text.trim())));
  if (!isNamed(root, [metadataNamespace, 'EntityDescriptor']))
    throw odd('it is no EntityDescriptor; of a list, paste that of the provider alone');
  const [descriptor, ...more] = childrenOf(root, 'IDPSSODescriptor').filter((each) =>
    (attributeOf(each, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(protocolNamespace),
  );
  if (descriptor === undefined || more.length > 0) throw odd('it does not describe one provider of SAML 2.0');
  const service = childrenOf(descriptor, 'SingleSignOnService').find(
    (each) => attributeOf(each, 'Binding') === redirectBinding,
  );
  const signInUrl = service === undefined ? undefined : attributeOf(service, 'Location');
  if (signInUrl === undefined) throw odd('the provider does not take requests by redirect');
  const certificates = childrenOf(descriptor, 'KeyDescriptor')
    .filter((each) => (attributeOf(each, 'use') ?? 'signing') === 'signing')
    .flatMap(certificatesIn)
    .join('\n');
  const keys = signingKeysOf(certificates);
  if (typeof keys === 'string') throw odd(`the certificates that it signs with: ${keys}`);
  return {
    entityId: attributeOf(root, 'entityID') ?? '',
    signInUrl,
    certificates,
    wantsSignedRequests: ['true', '1'].includes(attributeOf(descriptor, 'WantAuthnRequestsSigned') ?? ''),
  };
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return elementsIn(element).filter((each) => isNamed(each, [metadataNamespace, name]));
}

function certificatesIn(descriptor: XmlElement): readonly string[] {
  return everyElement(descriptor)
    .filter((each) => isNamed(each, [signatureNamespace, 'X509Certificate']))
    .map((each) => {
      const lines =
        textIn(each)
          .replaceAll(/\s/g, '')
          .match(/.{1,64}/g) ?? [];
      return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
    });
}

/** Our metadata for one provider: what we are called, where answers are sent, and the key that requests are signed with. */
export function ownMetadata(
  { metadataUri, redirectUri }: Pick<ConfiguredProvider, 'metadataUri' | 'redirectUri'>,
  { requestCertificate, attributes, signed }: SamlConfiguration,
): string {
  const base64 = requestCertificate?.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<EntityDescriptor xmlns="${metadataNamespace}" entityID="${escaped(metadataUri)}">`,
    `  <SPSSODescriptor protocolSupportEnumeration="${protocolNamespace}" AuthnRequestsSigned="${base64 !== undefined}" WantAssertionsSigned="${signed === 'assertion'}">`,
    ...(base64 === undefined
      ? []
      : [
          `    <KeyDescriptor use="signing"><KeyInfo xmlns="${signatureNamespace}"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
        ]),
    ...(attributes.subject === null ? [`    <NameIDFormat>${persistentFormat}</NameIDFormat>`] : []),
    `    <AssertionConsumerService Binding="${postBinding}" Location="${escaped(redirectUri)}" index="0" isDefault="true"/>`,
    '  </SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n');
}
