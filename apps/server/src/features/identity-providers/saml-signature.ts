import { createSign, createVerify, type KeyLike, type KeyObject } from 'node:crypto';
import { type SignatureAlgorithm, SignedXml } from 'xml-crypto';
import type { SigningKey } from './saml-keys.ts';
import { digestAlgorithms, enveloped, exclusive, names, signatureAlgorithms } from './saml-names.ts';
import type { SignatureShape } from './saml-shape.ts';
import { odd, plainXml, readXml, sayTheSame, without, type XmlElement } from './saml-xml.ts';
import { DOMParser, type XmlNode } from './xml-document.js';

type Of = 'response' | 'assertion';

/**
 * Verifies the signature of an element, and reads the element anew from the very bytes that were signed. Both parsers have to
 * have read the same: a document that they understand in two ways is refused.
 *
 * @param given.element As it stands in the document; nothing of it is taken
 * @throws {ProviderFault}
 */
export function verifiedElement(
  plain: string,
  given: {
    readonly of: Of;
    readonly element: XmlElement;
    readonly signature: SignatureShape;
    readonly keys: readonly SigningKey[];
  },
): XmlElement {
  const { element, signature, keys } = given;
  const fitting = keys.filter((each) => each.kind === signature.keys);
  for (const { key } of fitting) {
    const bytes = signedBytes(plain, given.of, key);
    if (bytes === undefined) continue;
    const read = readXml(plainXml(Buffer.from(bytes)));
    if (!sayTheSame(read, without(element, names.signature))) throw odd('it can be read in two ways');
    return read;
  }
  throw odd(
    fitting.length === 0
      ? `the ${given.of} is signed with another kind of key than the certificates have`
      : `the signature of the ${given.of} is not valid by any of the certificates`,
  );
}

/** What a signature covers, as its bytes were when they were signed; undefined where it is not valid by this key. */
function signedBytes(plain: string, of: Of, key: KeyObject): string | undefined {
  const verifier = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  verifier.SignatureAlgorithms = {
    ...picked(verifier.SignatureAlgorithms, Object.keys(signatureAlgorithms)),
    [ecdsaSha256]: EcdsaSha256,
  };
  verifier.HashAlgorithms = picked(verifier.HashAlgorithms, digestAlgorithms);
  verifier.CanonicalizationAlgorithms = picked(verifier.CanonicalizationAlgorithms, [exclusive, enveloped]);
  try {
    verifier.loadSignature(signatureNode(plain, of));
    if (!verifier.checkSignature(plain)) return undefined;
  } catch {
    // The library throws for signatures that are not valid as well.
    return undefined;
  }
  const [bytes, ...more] = verifier.getSignedReferences();
  return more.length > 0 ? undefined : bytes;
}

/** Only those: the library takes SHA-1 as well. */
function picked<Value>(from: Readonly<Record<string, Value>>, wanted: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => wanted.includes(name)));
}

/**
 * Where it only warns it goes on with another tree than the document has (of an end tag with a space in it after one without, for
 * one), and says so on our output: what it does not take as it stands has no signature.
 */
const parser = new DOMParser({
  locator: {},
  errorHandler: (_level, message) => {
    throw odd(message);
  },
});

function signatureNode(plain: string, of: Of): XmlNode {
  const { documentElement: response } = parser.parseFromString(plain, 'text/xml');
  const parent = of === 'response' ? response : childOf(response, names.assertion);
  const found = parent === undefined ? undefined : childOf(parent, names.signature);
  if (found === undefined) throw odd('a signature is not found again');
  return found;
}

function childOf(parent: XmlNode, [namespace, name]: readonly [string, string]): XmlNode | undefined {
  for (let child = parent.firstChild; child !== null; child = child.nextSibling)
    if (child.nodeType === 1 && child.namespaceURI === namespace && child.localName === name) return child;
  return undefined;
}

const ecdsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';

/** ECDSA as XML has it: both numbers one after the other (RFC 6931), and not as ASN.1. */
class EcdsaSha256 implements SignatureAlgorithm {
  getAlgorithmName(): string {
    return ecdsaSha256;
  }

  getSignature = ((signedInfo: string, key: KeyObject) =>
    createSign('sha256')
      .update(signedInfo)
      .sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64')) as SignatureAlgorithm['getSignature'];

  verifySignature(signedInfo: string, key: KeyLike, value: string): boolean {
    return createVerify('sha256')
      .update(signedInfo)
      .verify({ key: key as KeyObject, dsaEncoding: 'ieee-p1363' }, value, 'base64');
  }
}
