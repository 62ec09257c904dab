import { inflateRawSync } from 'node:zlib';
import { responseXml, type SamlAnswer, signXml } from './saml-answer.ts';
import type { SamlKey } from './saml-keys.ts';

/** What a request of ours says, as a provider reads it. */
export interface SamlRequest {
  readonly id: string;
  readonly issuer: string;
  readonly recipient: string;
  readonly state: string;
  readonly xml: string;
}

/** Reads the request in the address that a browser is sent to. */
export function readSamlRequest(url: string): SamlRequest {
  const query = new URL(url).searchParams;
  const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString();
  const found = (pattern: RegExp) => pattern.exec(xml)?.[1] ?? '';
  return {
    id: found(/ ID="([^"]*)"/),
    issuer: found(/<saml:Issuer[^>]*>([^<]*)</),
    recipient: found(/AssertionConsumerServiceURL="([^"]*)"/),
    state: query.get('RelayState') ?? '',
    xml,
  };
}

/** What a provider has a browser post in answer to a request. */
export function answerSamlRequest(
  url: string,
  given: { readonly key: SamlKey; readonly issuer: string } & Pick<SamlAnswer, 'subject' | 'attributes'> &
    Partial<SamlAnswer>,
): { readonly recipient: string; readonly form: URLSearchParams } {
  const { key, ...said } = given;
  const request = readSamlRequest(url);
  const answer = {
    audience: request.issuer,
    recipient: request.recipient,
    request: request.id,
    at: Date.now(),
    assertionId: `_${crypto.randomUUID()}`,
    ...said,
  };
  const xml = signXml(responseXml(answer), { of: 'Assertion', key });
  const SAMLResponse = Buffer.from(xml).toString('base64');
  return { recipient: request.recipient, form: new URLSearchParams({ SAMLResponse, RelayState: request.state }) };
}
