import {
  assertionXml,
  hasXmlsec,
  makeSamlKey,
  responseXml,
  type SamlAnswer,
  type SamlKey,
  signXml,
  xmlsecSigns,
  xmlsecVerifies,
} from '@almanac/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ProviderFault } from './provider-fault.ts';
import { answeredAt, goodAnswer } from './saml-answer-for-tests.ts';
import { signingKeysOf } from './saml-keys.ts';
import { type ExpectedResponse, verifyResponse } from './verify-response.ts';

const evil = { ...goodAnswer, subject: 'key-of-ada', assertionId: '_evil' };
const namespaces = 'http://www.w3.org/2001/04/xmldsig-more#';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

let key: SamlKey;
let other: SamlKey;
let ecKey: SamlKey;

beforeAll(async () => {
  [key, other, ecKey] = await Promise.all([makeSamlKey(), makeSamlKey(), makeSamlKey('ec')]);
});

type Wanted = Partial<Pick<ExpectedResponse, 'signed'>> & { readonly certificates?: string; readonly at?: number };

function verified(xml: string | Uint8Array, { signed = 'assertion', certificates, at = answeredAt }: Wanted = {}) {
  const keys = signingKeysOf(certificates ?? key.certificate);
  if (typeof keys === 'string') throw new Error(keys);
  const bytes = typeof xml === 'string' ? Buffer.from(xml) : xml;
  return verifyResponse(bytes, { ...goodAnswer, keys, signed }, at);
}

function refused(xml: string | Uint8Array, why: RegExp, wanted: Wanted = {}): void {
  const tried = () => verified(xml, wanted);
  expect(tried).toThrow(ProviderFault);
  expect(tried).toThrow(why);
}

const byAssertion = (given = goodAnswer) => signXml(responseXml(given), { of: 'Assertion', key });
const byResponse = (given = goodAnswer) => signXml(responseXml(given), { of: 'Response', key });
const signatureIn = (xml: string) => /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? '';
const partOf = (xml: string, name: string) => new RegExp(`<${name}[ >][\\s\\S]*</${name}>`).exec(xml)?.[0] ?? '';
/** A change to a text that has to be there. */
const changed = (xml: string, from: string | RegExp, to: string) => {
  const after = xml.replace(from, to);
  expect(after).not.toBe(xml);
  return after;
};

describe('an answer of a provider by SAML', () => {
  it('is read when the assertion is signed, the response, or both', () => {
    const both = signXml(byAssertion(), { of: 'Response', key });

    for (const [xml, signed] of [
      [byAssertion(), 'assertion'],
      [byResponse(), 'response'],
      [both, 'assertion'],
      [both, 'response'],
    ] as const) {
      const read = verified(xml, { signed });
      expect(read).toMatchObject({ id: '_assertion', nameId: { value: 'key-of-dora' } });
      expect(Object.fromEntries(read.attributes)).toEqual(goodAnswer.attributes);
    }
  });

  it('is read with a declaration, and with spaces between elements', () => {
    const spaced = responseXml(goodAnswer).replaceAll('><', '>\n  <');
    expect(verified(signXml(spaced, { of: 'Assertion', key })).nameId?.value).toBe('key-of-dora');
    const declared = `<?xml version="1.0" encoding="UTF-8"?>\n${byAssertion()}`;
    expect(verified(declared).nameId?.value).toBe('key-of-dora');
  });

  it('is read by any of several certificates: keys are changed one after the other', () => {
    expect(verified(byAssertion(), { certificates: other.certificate + key.certificate }).id).toBe('_assertion');
  });

  it('says that the provider let nobody in, as something about the person', () => {
    const status = 'urn:oasis:names:tc:SAML:2.0:status';
    const xml = changed(
      responseXml(goodAnswer, ''),
      `<samlp:StatusCode Value="${status}:Success"/>`,
      `<samlp:StatusCode Value="${status}:Responder"><samlp:StatusCode Value="${status}:AuthnFailed"/></samlp:StatusCode>`,
    );
    refused(xml, /let nobody in: Responder, AuthnFailed/);
    expect(() => verified(xml)).toThrow(expect.objectContaining({ of: 'person' }));
  });
});

describe('an answer that is not signed as it has to be is refused', () => {
  it('without a signature', () => {
    refused(responseXml(goodAnswer), /the assertion is not signed/);
    refused(changed(byAssertion(), signatureIn(byAssertion()), ''), /the assertion is not signed/);
    refused(responseXml(goodAnswer), /the response is not signed/, { signed: 'response' });
  });

  it('when the signature is of the response and should be of the assertion, and the reverse', () => {
    refused(byResponse(), /the assertion is not signed/);
    refused(byAssertion(), /the response is not signed/, { signed: 'response' });
  });

  it('when one of two signatures is not valid', () => {
    const both = signXml(byAssertion(), { of: 'Response', key });
    const [first] = /<ds:SignatureValue>[^<]{10}/.exec(both) ?? [''];
    refused(changed(both, first, `${first.slice(0, -1)}${first.endsWith('A') ? 'B' : 'A'}`), /not valid/);
    refused(signXml(byAssertion(), { of: 'Response', key: other }), /signature of the response is not valid/);
  });

  it('by another key, also when KeyInfo brings its certificate', () => {
    const xml = signXml(responseXml(goodAnswer), { of: 'Assertion', key: other });
    expect(xml).toContain('X509Certificate');
    refused(xml, /not valid by any of the certificates/);
    refused(changed(xml, /<ds:KeyInfo>.*<\/ds:KeyInfo>/, ''), /not valid by any of the certificates/);
  });

  it.each([
    ['SHA-1 in the signature', { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }, /SignatureMethod is/],
    ['SHA-1 in the digest', { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }, /DigestMethod is/],
    [
      'another canonicalisation',
      { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' },
      /CanonicalizationMethod is/,
    ],
    ['comments that count', { canonicalization: `${exclusive}WithComments` }, /CanonicalizationMethod is/],
    ['a transform alone', { transforms: [enveloped] }, /other transforms/],
    ['a transform too many', { transforms: [enveloped, exclusive, exclusive] }, /other transforms/],
    [
      'another transform',
      { transforms: [enveloped, 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'] },
      /Transform is/,
    ],
  ])('with %s, although the signature is valid', (_what, how, why) => {
    refused(signXml(responseXml(goodAnswer), { of: 'Assertion', key, ...how }), why);
  });

  it('with a shared secret that is the public key, or with a key of another kind', () => {
    const xml = byAssertion();
    const method = `${namespaces}rsa-sha256`;
    refused(changed(xml, method, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'), /SignatureMethod is/);
    refused(changed(xml, method, `${namespaces}hmac-sha256`), /SignatureMethod is/);
    refused(changed(xml, method, `${namespaces}ecdsa-sha256`), /another kind of key/);
    refused(xml, /another kind of key/, { certificates: ecKey.certificate });
  });

  it('when what was signed was changed', () => {
    const xml = byAssertion();
    refused(changed(xml, 'key-of-dora', 'key-of-ada'), /not valid/);
    refused(changed(xml, 'web-developers', 'administrators'), /not valid/);
    refused(changed(xml, 'nameid-format:persistent', 'nameid-format:transient'), /not valid/);
    refused(changed(xml, /<ds:DigestValue>[^<]*/, '<ds:DigestValue>AAAA'), /not valid/);
  });

  it('when a Reference is of something else, of everything, or comes twice', () => {
    const xml = byAssertion();
    refused(changed(xml, 'URI="#_assertion"', 'URI=""'), /another element/);
    refused(changed(xml, 'URI="#_assertion"', 'URI="#_response"'), /another element/);
    refused(changed(xml, ' URI="#_assertion"', ''), /another element/);
    refused(changed(xml, 'URI="#_assertion"', 'URI="#xpointer(id(\'_assertion\'))"'), /another element/);
    const [reference = ''] = /<ds:Reference[\s\S]*<\/ds:Reference>/.exec(xml) ?? [];
    refused(changed(xml, reference, reference + reference), /SignedInfo has not exactly/);
    const [info = ''] = /<ds:SignedInfo[\s\S]*<\/ds:SignedInfo>/.exec(xml) ?? [];
    refused(changed(xml, info, info + info), /Signature has not exactly/);
  });
});

/** Known ways to keep a valid signature in a document, and to have something else read (On Breaking SAML, 2012). */
describe('an answer that is wrapped around a signed one is refused', () => {
  const unsigned = (xml: string) => xml.replace(signatureIn(xml), '');
  const evilAssertion = () => assertionXml(evil);
  const evilResponse = (inside = '', id = '_evil-response') =>
    responseXml({ ...evil, assertionId: '_evil' })
      .replace('ID="_response"', `ID="${id}"`)
      .replace('</samlp:Response>', `${inside}</samlp:Response>`);
  const afterIssuer = (xml: string, part: string) => xml.replace('</saml:Issuer>', `</saml:Issuer>${part}`);
  const inSignature = (signature: string, part: string) =>
    signature.replace('</ds:Signature>', `<ds:Object>${part}</ds:Object></ds:Signature>`);

  const variants: Readonly<Record<string, () => { readonly xml: string; readonly signed: 'response' | 'assertion' }>> =
    {
      'XSW1: the signed response in the signature of another one': () => {
        const xml = byResponse();
        return { xml: afterIssuer(evilResponse(), inSignature(signatureIn(xml), unsigned(xml))), signed: 'response' };
      },
      'XSW2: the signed response beside its signature': () => {
        const xml = byResponse();
        return { xml: afterIssuer(evilResponse(), unsigned(xml) + signatureIn(xml)), signed: 'response' };
      },
      'XSW3: another assertion before the signed one': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        return { xml: xml.replace(signed, evilAssertion() + signed), signed: 'assertion' };
      },
      'XSW3, the other way round': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        return { xml: xml.replace(signed, signed + evilAssertion()), signed: 'assertion' };
      },
      'XSW4: the signed assertion in another one': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        return {
          xml: xml.replace(signed, evilAssertion().replace('</saml:Assertion>', `${signed}</saml:Assertion>`)),
          signed: 'assertion',
        };
      },
      'XSW5: the signature in another assertion, the signed one at the end': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        return {
          xml: xml.replace(signed, afterIssuer(evilAssertion(), signatureIn(xml)) + unsigned(signed)),
          signed: 'assertion',
        };
      },
      'XSW6: the signed assertion in the signature of another one': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        const wrapped = signatureIn(xml).replace('</ds:Signature>', `${unsigned(signed)}</ds:Signature>`);
        return { xml: xml.replace(signed, afterIssuer(evilAssertion(), wrapped)), signed: 'assertion' };
      },
      'XSW7: another assertion with the same ID in Extensions': () => {
        const xml = byAssertion();
        const same = assertionXml({ ...evil, assertionId: '_assertion' });
        return { xml: afterIssuer(xml, `<samlp:Extensions>${same}</samlp:Extensions>`), signed: 'assertion' };
      },
      'XSW7, with another ID': () => {
        const xml = byAssertion();
        return {
          xml: afterIssuer(xml, `<samlp:Extensions>${evilAssertion()}</samlp:Extensions>`),
          signed: 'assertion',
        };
      },
      'XSW8: the signed assertion in an Object of the signature': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        return {
          xml: xml.replace(signed, afterIssuer(evilAssertion(), inSignature(signatureIn(xml), unsigned(signed)))),
          signed: 'assertion',
        };
      },
      'the signed assertion in Advice': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        const wrapping = evilAssertion().replace(
          '<saml:AuthnStatement',
          `<saml:Advice>${signed}</saml:Advice><saml:AuthnStatement`,
        );
        return { xml: xml.replace(signed, wrapping), signed: 'assertion' };
      },
      'the signed assertion in the details of the status': () => {
        const xml = byAssertion();
        const signed = partOf(xml, 'saml:Assertion');
        const detail = `<samlp:StatusDetail>${signed}</samlp:StatusDetail></samlp:Status>`;
        return { xml: xml.replace(signed, evilAssertion()).replace('</samlp:Status>', detail), signed: 'assertion' };
      },
      'an assertion in a namespace of its own': () => {
        const xml = byAssertion();
        const strange = evilAssertion().replaceAll(
          'urn:oasis:names:tc:SAML:2.0:assertion"',
          'urn:oasis:names:tc:SAML:1.0:assertion"',
        );
        return { xml: xml.replace('<saml:Assertion', `${strange}<saml:Assertion`), signed: 'assertion' };
      },
    };

  it.each(Object.entries(variants))('%s', async (_name, wrap) => {
    const { xml, signed } = wrap();
    expect(xml).toContain('key-of-ada');
    expect(xml).toContain('key-of-dora');
    refused(xml, /not accepted/, { signed });
    refused(xml, /not accepted/, { signed: signed === 'response' ? 'assertion' : 'response' });
  });

  it.skipIf(!hasXmlsec())(
    'also where xmlsec1, which knows nothing of SAML, finds the signature valid (apt-get install xmlsec1)',
    async () => {
      const notValid: string[] = [];
      for (const [name, wrap] of Object.entries(variants))
        if (!(await xmlsecVerifies(wrap().xml, key))) notValid.push(name.slice(0, 5));
      // There it takes away the signature with what is in it, or finds the ID twice.
      expect(notValid).toEqual(['XSW1:', 'XSW6:', 'XSW7:', 'XSW8:']);
    },
  );
});

describe('an answer that can be read in two ways is refused', () => {
  it('with comments, CDATA and instructions, wherever they are', () => {
    const xml = byAssertion();
    refused(changed(xml, 'key-of-dora', 'key-of-<!-- -->dora'), /comment/);
    refused(changed(xml, 'key-of-dora', 'key-of-dora<!---->.evil'), /comment/);
    refused(changed(xml, /<ds:DigestValue>/, '<ds:DigestValue><!-- -->'), /comment/);
    refused(changed(xml, 'key-of-dora', '<![CDATA[key-of-dora]]>'), /CDATA/);
    refused(changed(xml, 'key-of-dora', '<?x y?>key-of-dora'), /instruction/);
    refused(`${xml}<!-- -->`, /comment/);
    // Exclusive canonicalisation leaves comments out, so that a signature stays valid when one is added.
    const commented = signXml(responseXml({ ...goodAnswer, subject: 'key-of-ada<!-- -->.evil' }), {
      of: 'Assertion',
      key,
    });
    refused(commented, /comment/);
  });

  it('with document types and entities, before anything is expanded', () => {
    const xml = byAssertion();
    const bomb = `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "&a;&a;&a;">]>`;
    refused(bomb + xml, /document type/);
    refused(`<!DOCTYPE r SYSTEM "file:///etc/passwd">${xml}`, /document type/);
    refused(`<!doctype r>${xml}`, /document type/);
    refused(changed(xml, 'key-of-dora', '&a;'), /entities/);
    refused(changed(xml, 'key-of-dora', '&nbsp;'), /entities/);
    refused(changed(xml, 'key-of-dora', '&#0;'), /not accepted/);
    refused(changed(xml, 'key-of-dora', '&#99999999;'), /entities/);
    refused(changed(xml, 'key-of-dora', '%a;&'), /entities/);
  });

  it('in another encoding, with a mark, or with what is no text', () => {
    const xml = byAssertion();
    refused(Buffer.from(`\uFEFF${xml}`), /byte order mark/);
    refused(Buffer.from(`\uFEFF${xml}`, 'utf16le'), /not UTF-8/);
    refused(`<?xml version="1.0" encoding="UTF-16"?>${xml}`, /another encoding/);
    refused(`<?xml version="1.0" encoding="UTF-7"?>${xml}`, /another encoding/);
    refused(`<?xml version="1.1"?>${xml}`, /another encoding/);
    refused(Buffer.concat([Buffer.from(xml), Buffer.from([0xff])]), /not UTF-8/);
    refused(changed(xml, 'key-of-dora', 'key-of\u0000-dora'), /not accepted/);
    refused(`${xml}${xml}`, /not accepted/);
    refused(xml.slice(0, -1), /not accepted/);
    refused('', /not accepted/);
  });

  it('with a space in the last of several end tags, of which the parser under the library makes another tree', () => {
    const printed = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));

    refused(changed(byAssertion(), 'everybody</saml:AttributeValue>', 'everybody</saml:AttributeValue >'), /not valid/);

    for (const each of printed) {
      expect(each).not.toHaveBeenCalled();
      each.mockRestore();
    }
  });

  it.each(['\u2028', '\u00a0', '\ufeff', '-', '.'])('with %j in a value of base64', (letter) => {
    refused(
      changed(byAssertion(), '<ds:SignatureValue>', `<ds:SignatureValue>${letter}`),
      /SignatureValue is not base64/,
    );
    refused(changed(byAssertion(), '</ds:DigestValue>', `${letter}</ds:DigestValue>`), /DigestValue is not base64/);
  });

  it('with an ID or an attribute twice', () => {
    const xml = byAssertion();
    refused(changed(xml, '<samlp:Status>', '<samlp:Status ID="_assertion">'), /same ID/);
    refused(changed(xml, '<samlp:Status>', '<samlp:Status id="_assertion">'), /same ID/);
    refused(changed(xml, '<samlp:Status>', '<samlp:Status xml:id="_assertion">'), /same ID/);
    refused(changed(xml, '<saml:Assertion ', '<saml:Assertion Id="_other" '), /not one ID/);
    refused(changed(xml, '<saml:Assertion ', '<saml:Assertion ID="_other" '), /not accepted/);
    const twice = '<samlp:Status xmlns:a="urn:a" xmlns:b="urn:a" a:x="1" b:x="2">';
    refused(changed(xml, '<samlp:Status>', twice), /not accepted/);
  });

  it('with an attribute of the person twice, or with elements where a value belongs', () => {
    const twice = '<saml:Attribute Name="uid"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>';
    const attributes = changed(
      responseXml(goodAnswer),
      '<saml:AttributeStatement>',
      `<saml:AttributeStatement>${twice}`,
    );
    refused(signXml(attributes, { of: 'Assertion', key }), /uid twice/);
    const inside = changed(responseXml(goodAnswer), 'key-of-dora', '<b>key-of-dora</b>');
    refused(signXml(inside, { of: 'Assertion', key }), /elements where its value belongs/);
  });

  it('with prefixes that mean something else, or nothing', () => {
    const xml = byAssertion();
    refused(
      changed(xml, '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"', '<samlp:Response'),
      /not accepted/,
    );
    refused(
      changed(xml, 'urn:oasis:names:tc:SAML:2.0:protocol', 'urn:oasis:names:tc:SAML:1.1:protocol'),
      /no Response/,
    );
    refused(
      changed(xml, '<saml:Subject>', '<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion">'),
      /not accepted/,
    );
    refused(changed(xml, '<saml:Subject>', '<saml:Subject xmlns:saml="">'), /not accepted/);
    refused(changed(xml, 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:other"'), /another namespace/);
    refused(changed(xml, '<saml:Conditions ', '<saml:Conditions xmlns="relative" '), /namespace is relative/);
    refused(changed(xml, '<saml:Assertion ', '<saml:Assertion xmlns:xml="urn:other" '), /not accepted/);
  });

  it('when it is larger, deeper or fuller than providers need', () => {
    const filled = (inside: string) => changed(responseXml(goodAnswer), '</samlp:Status>', `${inside}</samlp:Status>`);
    refused(filled(`<samlp:StatusMessage>${'x'.repeat(131_072)}</samlp:StatusMessage>`), /more than 131072 bytes/);
    refused(filled('<a>'.repeat(40) + '</a>'.repeat(40)), /too many elements/);
    refused(filled('<a/>'.repeat(2001)), /too many elements/);
    const many = Array.from({ length: 33 }, (_each, at) => `a${at}=""`).join(' ');
    refused(filled(`<a ${many}/>`), /too many attributes/);
    refused('&#1;'.repeat(30_000), /not accepted/);
    refused(`<a ${' '.repeat(100_000)}`, /not accepted/);
  });

  it('and says why in a few words, whatever is in it', () => {
    const long = changed(byAssertion(), `${namespaces}rsa-sha256`, 'x'.repeat(50_000));
    expect(() => verified(long)).toThrow(/^.{1,400}$/);
  });

  it('when it is encrypted', () => {
    const encrypted = '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>';
    refused(responseXml(goodAnswer, encrypted), /encrypted/);
  });
});

describe('a signed answer is refused', () => {
  const signed = (given: Partial<SamlAnswer>) => byAssertion({ ...goodAnswer, ...given });

  it.each<readonly [string, Partial<SamlAnswer>, RegExp]>([
    ['of another provider', { issuer: 'https://other.example.com' }, /another provider/],
    ['for somebody else', { audience: 'https://others.example.com' }, /somebody else/],
    ['for another address', { recipient: 'https://others.example.com/acs' }, /another address/],
    ['to another sign-in', { request: '_other' }, /does not answer this sign-in/],
    ['that holds no longer', { at: answeredAt - 10 * 60_000 }, /no longer/],
    ['that does not hold yet', { at: answeredAt + 10 * 60_000 }, /not hold yet/],
  ])('%s', (_what, given, why) => {
    refused(signed(given), why);
    refused(byResponse({ ...goodAnswer, ...given }), why, { signed: 'response' });
  });

  it('when only what is around the assertion is right', () => {
    const around = (from: Partial<SamlAnswer>) =>
      signXml(responseXml(goodAnswer, assertionXml({ ...goodAnswer, ...from })), { of: 'Assertion', key });
    refused(around({ request: '_other' }), /does not answer this sign-in/);
    refused(around({ recipient: 'https://others.example.com' }), /another address/);
    refused(around({ issuer: 'https://other.example.com' }), /another provider/);
  });

  it('when what is around the assertion is of another answer', () => {
    const around = (from: Partial<SamlAnswer>) =>
      signXml(responseXml({ ...goodAnswer, ...from }, assertionXml(goodAnswer)), { of: 'Assertion', key });
    refused(around({ request: '_other' }), /does not answer this sign-in/);
    refused(around({ recipient: 'https://others.example.com' }), /another address/);
    refused(around({ issuer: 'https://other.example.com' }), /another provider/);
    refused(changed(byAssertion(), ` Destination="${goodAnswer.recipient}"`, ''), /another address/);
    refused(changed(byAssertion(), ` InResponseTo="${goodAnswer.request}"`, ''), /does not answer this sign-in/);
  });

  it('without conditions, a confirmation or an end, and with a condition that is not known', () => {
    const made = (from: RegExp, to: string) =>
      signXml(changed(responseXml(goodAnswer), from, to), { of: 'Assertion', key });
    refused(made(/<saml:Conditions.*<\/saml:Conditions>/, ''), /lacks/);
    refused(made(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, ''), /for whom/);
    refused(made(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/, ''), /not confirmed/);
    refused(made(/<saml:AuthnStatement.*<\/saml:AuthnStatement>/, ''), /lacks/);
    refused(made(/cm:bearer/, 'cm:holder-of-key'), /not confirmed/);
    refused(made(/ NotOnOrAfter="[^"]*"\/>/, '/>'), /without an end/);
    refused(made(/<saml:AudienceRestriction>/, '<saml:Condition/><saml:AudienceRestriction>'), /condition/);
    refused(made(/NotBefore="[^"]*"/, 'NotBefore="2026-01-01T00:00:00+14:00"'), /no time in UTC/);
    refused(made(/NotBefore="[^"]*"/, 'NotBefore="soon"'), /no time in UTC/);
  });
});

describe.skipIf(!hasXmlsec())('xmlsec1 agrees (apt-get install xmlsec1)', () => {
  it('about what is accepted', async () => {
    expect(await xmlsecVerifies(byAssertion(), key, 'Assertion')).toBe(true);
    expect(await xmlsecVerifies(byResponse(), key, 'Response')).toBe(true);
    const both = signXml(byAssertion(), { of: 'Response', key });
    expect(await xmlsecVerifies(both, key, 'Response')).toBe(true);
    expect(await xmlsecVerifies(both, key, 'Assertion')).toBe(true);
  });

  it('about what is not', async () => {
    expect(await xmlsecVerifies(byAssertion(), other)).toBe(false);
    expect(await xmlsecVerifies(changed(byAssertion(), 'key-of-dora', 'key-of-ada'), key)).toBe(false);
    expect(await xmlsecVerifies(changed(byResponse(), 'web-developers', 'administrators'), key)).toBe(false);
    expect(await xmlsecVerifies(changed(byAssertion(), /<ds:DigestValue>[^<]*/, '<ds:DigestValue>AAAA'), key)).toBe(
      false,
    );
  });

  it.each([
    ['RSA with SHA-256', 'rsa-sha256', () => key],
    ['RSA with SHA-512', 'rsa-sha512', () => key],
    ['ECDSA with SHA-256', 'ecdsa-sha256', () => ecKey],
  ])('and what it signs with %s is accepted, and not when it was changed', async (_what, algorithm, keyOf) => {
    const xml = await xmlsecSigns(responseXml(goodAnswer), {
      key: keyOf(),
      id: '_assertion',
      algorithm: namespaces + algorithm,
    });
    expect(verified(xml, { certificates: keyOf().certificate })).toMatchObject({ nameId: { value: 'key-of-dora' } });
    refused(changed(xml, 'key-of-dora', 'key-of-ada'), /not valid/, { certificates: keyOf().certificate });
    refused(xml, /not valid|kind of key/, { certificates: other.certificate });
  });

  it('and what it signs with kept prefixes is accepted', async () => {
    const typed = changed(
      responseXml(goodAnswer),
      '<saml:AttributeValue>dora',
      '<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">dora',
    );
    const given = { key, id: '_assertion', algorithm: `${namespaces}rsa-sha256`, prefixes: 'xs' };
    const xml = await xmlsecSigns(typed, given);
    expect(verified(xml).attributes.get('uid')).toEqual(['dora']);
    refused(changed(xml, 'PrefixList="xs"', 'PrefixList="xs #default"'), /prefixes/);
  });

  /** Parsers that write what they read, and read it again, have differed in these (CVE-2020-26870, CVE-2021-21366). */
  it.each([
    ['a carriage return', '\r'],
    ['a carriage return by number', '&#13;'],
    ['a line separator', '\u2028'],
    ['a next line', '\u0085'],
    ['a quotation mark', '&quot;'],
    ['a closing bracket', ']]&gt;'],
    ['an opening tag by number', '&#60;saml:NameID&#62;'],
    ['an ampersand twice', '&amp;amp;'],
    ['a character beyond 16 bits', '\u{1F511}'],
    ['a tab and a line feed', '\t\n'],
  ])('and %s in what is signed is refused, or read as it read it', async (_what, text) => {
    const subject = `key${text}of-dora`;
    const xml = await xmlsecSigns(responseXml({ ...goodAnswer, subject }), {
      key,
      id: '_assertion',
      algorithm: `${namespaces}rsa-sha256`,
    });
    const standard = subject
      .replaceAll(/\r/g, '\n')
      .replaceAll('&#13;', '\r')
      .replaceAll('&#60;', '<')
      .replaceAll('&#62;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');

    let read: string | undefined;
    try {
      read = verified(xml).nameId?.value;
    } catch (error) {
      expect(error).toBeInstanceOf(ProviderFault);
    }

    expect([undefined, standard]).toContain(read);
  });
});
