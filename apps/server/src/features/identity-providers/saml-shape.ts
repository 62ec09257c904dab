import {
  assertionNamespace,
  digestAlgorithms,
  enveloped,
  exclusive,
  names,
  protocolNamespace,
  signatureAlgorithms,
  signatureNamespace,
} from './saml-names.ts';
import { isBase64, withoutSpace } from './saml-text.ts';
import { attributeOf, elementsIn, everyElement, isId, isNamed, odd, textIn, type XmlElement } from './saml-xml.ts';

/** An answer whose parts are where they belong; nothing of it is verified. */
export interface ResponseShape {
  readonly response: XmlElement;
  readonly status: XmlElement;
  /** None, where the provider lets nobody in. */
  readonly assertion: XmlElement | undefined;
  readonly signatures: {
    readonly response: SignatureShape | undefined;
    readonly assertion: SignatureShape | undefined;
  };
}

export interface SignatureShape {
  /** The key of the element that it stands in, and signs. */
  readonly id: string;
  readonly algorithm: string;
  readonly keys: 'rsa' | 'ec';
}

/**
 * Reads where the parts of an answer are. There is one answer with one assertion in it, and signatures only in these two, each
 * of the element it stands in. Whatever stands elsewhere, is there twice, or has the right name in another namespace, is
 * refused: that is how answers are wrapped around others.
 *
 * @throws {ProviderFault}
 */
export function shapeOf(root: XmlElement): ResponseShape {
  if (!isNamed(root, names.response)) throw odd('it is no Response of SAML 2.0');
  const all = everyElement(root);
  refuseDoubles(all);
  const parts = inOrder(root, [
    { name: 'Issuer', namespace: assertionNamespace, place: 1 },
    { name: 'Signature', namespace: signatureNamespace, place: 2 },
    { name: 'Status', namespace: protocolNamespace, place: 3 },
    { name: 'Assertion', namespace: assertionNamespace, place: 4 },
  ]);
  const { Status: status, Assertion: assertion, Signature: signature } = parts;
  if (status === undefined) throw odd('it has no Status');
  if (attributeOf(root, 'Version') !== '2.0') throw odd('it is of another version of SAML');
  const inAssertion = assertion === undefined ? undefined : assertionParts(assertion).Signature;
  const placed = [signature, inAssertion].filter((each) => each !== undefined);
  if (all.some((each) => isNamed(each, names.signature) && !placed.includes(each)))
    throw odd('it has a Signature where none belongs');
  return {
    response: root,
    status,
    assertion,
    signatures: { response: signatureShape(signature, root), assertion: signatureShape(inAssertion, assertion) },
  };
}

/** What is wrapped around something else is there twice, or only seems to be what it is. */
function refuseDoubles(all: readonly XmlElement[]): void {
  for (const [name, namespace, most] of [
    ['Response', protocolNamespace, 1],
    ['Assertion', assertionNamespace, 1],
    ['Signature', signatureNamespace, 2],
  ] as const) {
    const found = all.filter((each) => each.name === name);
    if (found.length > most) throw odd(`it has more than one ${name} where one belongs`);
    if (found.some((each) => each.namespace !== namespace)) throw odd(`it has a ${name} of another namespace`);
  }
  if (all.some((each) => each.name.startsWith('Encrypted')))
    throw odd('it is encrypted; let the provider sign and not encrypt, the connection is encrypted already');
}

/** The parts of an assertion, each at its place. */
export function assertionParts(assertion: XmlElement) {
  if (attributeOf(assertion, 'Version') !== '2.0') throw odd('the assertion is of another version of SAML');
  return inOrder(assertion, [
    { name: 'Issuer', namespace: assertionNamespace, place: 1 },
    { name: 'Signature', namespace: signatureNamespace, place: 2 },
    { name: 'Subject', namespace: assertionNamespace, place: 3 },
    { name: 'Conditions', namespace: assertionNamespace, place: 4 },
    // Statements come in any order.
    { name: 'AuthnStatement', namespace: assertionNamespace, place: 5 },
    { name: 'AttributeStatement', namespace: assertionNamespace, place: 5 },
  ]);
}

/** The elements in one by name: those that are expected, each once, in the order of their places. */
function inOrder<Name extends string>(
  element: XmlElement,
  expected: readonly { readonly name: Name; readonly namespace: string; readonly place: number }[],
): Partial<Record<Name, XmlElement>> {
  const found: Partial<Record<Name, XmlElement>> = {};
  let reached = 0;
  for (const each of elementsIn(element)) {
    const part = expected.find(({ name, namespace }) => isNamed(each, [namespace, name]));
    if (part === undefined) throw odd(`${element.name} has an element ${each.name}, which is not expected there`);
    if (found[part.name] !== undefined || part.place < reached)
      throw odd(`${each.name} is at another place in ${element.name} than it belongs to`);
    found[part.name] = each;
    reached = part.place;
  }
  return found;
}

/** A signature of the element that it stands in, by algorithms of our list, with nothing that is not needed. */
function signatureShape(signature: XmlElement | undefined, parent: XmlElement | undefined): SignatureShape | undefined {
  if (signature === undefined || parent === undefined) return undefined;
  const id = attributeOf(parent, 'ID');
  if (id === undefined || parent.attributes.filter(isId).length > 1)
    throw odd(`the ${parent.name} that is signed has not one ID`);
  const { SignedInfo, SignatureValue } = signatureParts(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo');
  refuseNoBase64(SignatureValue);
  const { CanonicalizationMethod, SignatureMethod, Reference } = signatureParts(SignedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  algorithmOf(CanonicalizationMethod, [exclusive]);
  const algorithm = algorithmOf(SignatureMethod, Object.keys(signatureAlgorithms));
  refuseOtherReference(Reference, id);
  return { id, algorithm, keys: signatureAlgorithms[algorithm] ?? 'rsa' };
}

function refuseOtherReference(reference: XmlElement, id: string): void {
  if (attributeOf(reference, 'URI') !== `#${id}`) throw odd('a Signature is of another element than it stands in');
  const { Transforms, DigestMethod, DigestValue } = signatureParts(reference, [
    'Transforms',
    'DigestMethod',
    'DigestValue',
  ]);
  const [first, second, ...others] = elementsIn(Transforms);
  if (first === undefined || second === undefined || others.length > 0) throw odd('a Reference has other transforms');
  if (![first, second].every((each) => isNamed(each, [signatureNamespace, 'Transform'])))
    throw odd('a Reference has other transforms');
  algorithmOf(first, [enveloped]);
  if (elementsIn(second).length > 0) refusePrefixes(second);
  else algorithmOf(second, [exclusive]);
  algorithmOf(DigestMethod, digestAlgorithms);
  refuseNoBase64(DigestValue);
}

/** The parts of an element of a signature: exactly these, in this order, and perhaps one more at the end. */
function signatureParts<Name extends string>(
  element: XmlElement,
  wanted: readonly Name[],
  perhaps?: string,
): Readonly<Record<Name, XmlElement>> {
  const inside = elementsIn(element);
  const expected = inside.length > wanted.length && perhaps !== undefined ? [...wanted, perhaps] : wanted;
  if (
    inside.length !== expected.length ||
    inside.some((each, at) => !isNamed(each, [signatureNamespace, expected[at] ?? '']))
  )
    throw odd(`${element.name} has not exactly ${wanted.join(', ')}`);
  return Object.fromEntries(inside.map((each) => [each.name, each])) as Record<Name, XmlElement>;
}

/** Exclusive canonicalisation may name prefixes that it keeps; some providers do, for the types of values. */
function refusePrefixes(transform: XmlElement): void {
  const [prefixes, ...more] = elementsIn(transform);
  if (prefixes === undefined || more.length > 0 || !isNamed(prefixes, [exclusive, 'InclusiveNamespaces']))
    throw odd('a Transform has other parts');
  algorithmOf({ ...transform, children: [] }, [exclusive]);
  const list = attributeOf(prefixes, 'PrefixList') ?? '';
  if (elementsIn(prefixes).length > 0 || !/^[A-Za-z_][\w.-]*( [A-Za-z_][\w.-]*){0,9}$/.test(list))
    throw odd('the prefixes of a Transform are odd');
}

function algorithmOf(element: XmlElement, accepted: readonly string[]): string {
  const algorithm = attributeOf(element, 'Algorithm') ?? '';
  if (elementsIn(element).length > 0) throw odd(`${element.name} has parts`);
  if (!accepted.includes(algorithm))
    throw odd(`${element.name} is ${algorithm.slice(0, 100)}; one of ${accepted.join(', ')} is accepted`);
  return algorithm;
}

function refuseNoBase64(element: XmlElement): void {
  if (!isBase64(withoutSpace(textIn(element)))) throw odd(`${element.name} is not base64`);
}
