import { type ExpectedAssertion, refusalOfAssertion, type SamlRefusal } from '@almanac/domain';
import { ProviderFault } from './provider-fault.ts';
import { issuerOf, type ReadAssertion, readAssertion } from './saml-assertion.ts';
import type { SigningKey } from './saml-keys.ts';
import { assertionNamespace, protocolNamespace } from './saml-names.ts';
import { shapeOf } from './saml-shape.ts';
import { verifiedElement } from './saml-signature.ts';
import { attributeOf, elementsIn, isNamed, odd, plainXml, readXml, type XmlElement } from './saml-xml.ts';

export interface ExpectedResponse extends ExpectedAssertion {
  readonly keys: readonly SigningKey[];
  /** What has to be signed: the assertion, or the response around it. */
  readonly signed: 'assertion' | 'response';
}

/**
 * Reads what a provider sent, as far as it is verified: the assertion is that of the signed bytes. What stands around it can
 * only keep somebody out.
 *
 * @param bytes As they came, after base64
 * @throws {ProviderFault}
 */
export function verifyResponse(bytes: Uint8Array, expected: ExpectedResponse, now: number): ReadAssertion {
  const plain = plainXml(bytes);
  const { response, status, assertion, signatures } = shapeOf(readXml(plain));
  refuseStatus(status);
  if (assertion === undefined) throw odd('it has no assertion');
  if (signatures[expected.signed] === undefined) throw odd(`the ${expected.signed} is not signed`);
  const { keys } = expected;
  const verified = (of: 'response' | 'assertion', element: XmlElement) => {
    const signature = signatures[of];
    return signature === undefined ? undefined : verifiedElement(plain, { of, element, signature, keys });
  };
  const signedResponse = verified('response', response);
  const signedAssertion = verified('assertion', assertion) ?? assertionIn(signedResponse);
  if (signedAssertion === undefined) throw odd('the assertion is not signed');
  refuseAround(signedResponse ?? response, expected);
  const read = readAssertion(signedAssertion);
  const refusal = refusalOfAssertion(read, expected, now);
  if (refusal !== undefined) throw odd(refusalWords[refusal]);
  return read;
}

function assertionIn(response: XmlElement | undefined): XmlElement | undefined {
  return response === undefined ? undefined : shapeOf(response).assertion;
}

/** What stands around an assertion has to be of the same provider, for us, and in answer to the same request. */
function refuseAround(response: XmlElement, expected: ExpectedAssertion): void {
  if (attributeOf(response, 'InResponseTo') !== expected.request) throw odd(refusalWords['other-request']);
  if (attributeOf(response, 'Destination') !== expected.recipient) throw odd('it was sent to another address');
  const issuer = elementsIn(response).find((each) => isNamed(each, [assertionNamespace, 'Issuer']));
  if (issuer !== undefined && issuerOf(issuer) !== expected.issuer) throw odd(refusalWords['other-issuer']);
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/**
 * A provider that lets nobody in says so, often without a signature. So it counts as something about the person: nobody could
 * be made to give way to another configuration by it.
 */
function refuseStatus(status: XmlElement): void {
  const codes: string[] = [];
  let inside: XmlElement | undefined = status;
  while (inside !== undefined && codes.length < 3) {
    inside = elementsIn(inside).find((each) => isNamed(each, [protocolNamespace, 'StatusCode']));
    if (inside !== undefined) codes.push(attributeOf(inside, 'Value') ?? '');
  }
  if (codes.length === 1 && codes[0] === success) return;
  const said = codes.map((code) => code.replace(/^urn:oasis:names:tc:SAML:2\.0:status:/, '').slice(0, 100));
  throw new ProviderFault('person', `the provider let nobody in: ${said.join(', ') || 'without a reason'}`);
}

const refusalWords: Readonly<Record<SamlRefusal, string>> = {
  'other-issuer': 'it is of another provider',
  'no-audience': 'it does not say for whom it is',
  'other-audience': 'it is for somebody else',
  'no-confirmation': 'it is not confirmed for whoever brings it (bearer)',
  'other-recipient': 'it is for another address',
  'other-request': 'it does not answer this sign-in',
  'no-end': 'it holds without an end',
  'too-early': 'it does not hold yet; compare the clocks',
  expired: 'it holds no longer; compare the clocks',
  'session-over': 'the session at the provider is over',
};
