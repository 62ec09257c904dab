import { SignedXml } from 'xml-crypto';
import type { SamlKey } from './saml-keys.ts';

/** What a provider says of somebody; all of it can be told otherwise. */
export interface SamlAnswer {
  readonly issuer: string;
  readonly audience: string;
  readonly recipient: string;
  readonly request: string;
  readonly subject: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly at: number;
  readonly assertionId: string;
}

const minute = 60_000;
const time = (at: number) => new Date(at).toISOString();

/** An assertion of SAML 2.0, as providers send it, without a signature. */
export function assertionXml(answer: SamlAnswer): string {
  const { issuer, audience, recipient, request, subject, at, assertionId } = answer;
  const attributes = Object.entries(answer.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((each) => `<saml:AttributeValue>${each}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${assertionId}" Version="2.0" IssueInstant="${time(at)}">`,
    `<saml:Issuer>${issuer}</saml:Issuer>`,
    '<saml:Subject>',
    `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${subject}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData InResponseTo="${request}" Recipient="${recipient}" NotOnOrAfter="${time(at + 5 * minute)}"/>`,
    '</saml:SubjectConfirmation>',
    '</saml:Subject>',
    `<saml:Conditions NotBefore="${time(at - minute)}" NotOnOrAfter="${time(at + 5 * minute)}">`,
    `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`,
    '</saml:Conditions>',
    `<saml:AuthnStatement AuthnInstant="${time(at)}" SessionIndex="_session">`,
    '<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>',
    '</saml:AuthnStatement>',
    ...(attributes.length === 0 ? [] : ['<saml:AttributeStatement>', ...attributes, '</saml:AttributeStatement>']),
    '</saml:Assertion>',
  ].join('');
}

/** The response around assertions, without a signature. */
export function responseXml(answer: SamlAnswer, inside: string = assertionXml(answer)): string {
  const { issuer, recipient, request, at } = answer;
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0" IssueInstant="${time(at)}" Destination="${recipient}" InResponseTo="${request}">`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer>`,
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
    inside,
    '</samlp:Response>',
  ].join('');
}

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Signs one element of a document as providers do: enveloped, and right after its issuer. */
export function signXml(
  xml: string,
  how: {
    readonly of: 'Assertion' | 'Response';
    readonly key: SamlKey;
    readonly algorithm?: string;
    readonly digest?: string;
    readonly canonicalization?: string;
    readonly transforms?: readonly string[];
    readonly prefixes?: readonly string[];
  },
): string {
  const signer = new SignedXml({
    privateKey: how.key.privateKey,
    publicCert: how.key.certificate,
    signatureAlgorithm: how.algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: how.canonicalization ?? exclusive,
  });
  const element = `//*[local-name(.)='${how.of}']`;
  signer.addReference({
    xpath: element,
    digestAlgorithm: how.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: [...(how.transforms ?? ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive])],
    ...(how.prefixes === undefined ? {} : { inclusiveNamespacesPrefixList: [...how.prefixes] }),
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}
