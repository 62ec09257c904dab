import { SaxesParser } from 'saxes';
import { ProviderFault } from './provider-fault.ts';

/** An element without prefixes: what it is called says the namespace. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  /** Neighbouring texts are one. */
  readonly children: readonly (XmlElement | string)[];
}

export interface XmlAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

/**
 * What is read of one document, by the thread that answers everybody. Providers send a few kilobytes, with some hundred groups at
 * most; nothing here grows faster than what was sent.
 */
const xmlLimits = { bytes: 131_072, depth: 32, elements: 2000, attributes: 32 } as const;

const declaration =
  /^<\?xml\s+version=(?:"1\.0"|'1\.0')(?:\s+encoding=(?:"utf-8"|'utf-8'))?(?:\s+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>\s*/i;
const reference = /&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)/i;
const ncName = /^[A-Za-z_][\w.-]{0,255}$/;

/**
 * The text of a document that can be read in one way only: UTF-8 without a mark, no document type, no entities of its own, no
 * comments, no CDATA and no instructions. So it is before a parser sees it; the declaration is taken away.
 *
 * @throws {ProviderFault}
 */
export function plainXml(bytes: Uint8Array): string {
  if (bytes.length > xmlLimits.bytes) throw odd(`it has more than ${xmlLimits.bytes} bytes`);
  const text = textOf(bytes);
  if (text.startsWith('\uFEFF')) throw odd('it begins with a byte order mark');
  const plain = text.replace(declaration, '');
  if (/<[!?]/.test(plain))
    throw odd('it has a document type, a comment, CDATA or an instruction, or another encoding than UTF-8');
  if (reference.test(plain)) throw odd('it has entities');
  return plain;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw odd('it is not UTF-8');
  }
}

/**
 * Reads such a text strictly, with namespaces; keys of elements are there once.
 *
 * @throws {ProviderFault}
 */
export function readXml(plain: string): XmlElement {
  const open: { readonly element: XmlElement; readonly children: (XmlElement | string)[] }[] = [];
  const ids = new Set<string>();
  let root: XmlElement | undefined;
  let elements = 0;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', (error) => {
    throw odd(error.message);
  });
  for (const event of ['doctype', 'comment', 'cdata', 'processinginstruction', 'xmldecl'] as const)
    parser.on(event, () => {
      throw odd(`it has a ${event}`);
    });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > xmlLimits.elements || open.length >= xmlLimits.depth) throw odd('it has too many elements');
    const attributes = attributesOf(Object.values(tag.attributes));
    for (const { name, value } of attributes.filter(isId)) {
      if (!ncName.test(value)) throw odd(`the ${name} of an element is none`);
      if (ids.has(value)) throw odd('two elements have the same ID');
      ids.add(value);
    }
    const children: (XmlElement | string)[] = [];
    const element = { namespace: tag.uri, name: tag.local, attributes, children };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
    open.push({ element, children });
  });
  parser.on('text', (text) => {
    const children = open.at(-1)?.children;
    const before = children?.at(-1);
    if (typeof before === 'string') children?.splice(-1, 1, before + text);
    else children?.push(text);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(plain).close();
  if (root === undefined) throw odd('it is empty');
  return root;
}

interface ParsedAttribute {
  readonly uri: string;
  readonly local: string;
  readonly prefix: string;
  readonly value: string;
}

/** Declarations of namespaces are none of an element: what it is called has them already. */
function attributesOf(parsed: readonly ParsedAttribute[]): readonly XmlAttribute[] {
  if (parsed.length > xmlLimits.attributes) throw odd('an element has too many attributes');
  // Canonical XML has no relative ones, and implementations differ in what they do with them.
  if (parsed.some((each) => isDeclaration(each) && each.value !== '' && !/^[a-z][\w+.-]*:/i.test(each.value)))
    throw odd('a namespace is relative');
  const attributes = parsed
    .filter((each) => !isDeclaration(each))
    .map(({ uri, local, value }) => ({ namespace: uri, name: local, value }));
  const names = new Set(attributes.map(({ namespace, name }) => `${namespace} ${name}`));
  if (names.size < attributes.length) throw odd('an element has an attribute twice');
  return attributes;
}

function isDeclaration({ prefix, local }: ParsedAttribute): boolean {
  return prefix === 'xmlns' || (prefix === '' && local === 'xmlns');
}

/** Whatever anybody takes for the key of an element. */
export function isId({ name }: Pick<XmlAttribute, 'name'>): boolean {
  return name.toLowerCase() === 'id';
}

/** The elements in an element; text beside them is a fault, unless it is space. */
export function elementsIn(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((each) => {
    if (typeof each !== 'string') return true;
    if (each.trim() !== '') throw odd(`${element.name} has text beside its elements`);
    return false;
  }) as readonly XmlElement[];
}

/** The text of an element that has nothing else in it. */
export function textIn(element: XmlElement): string {
  const [text = '', ...more] = element.children;
  if (typeof text !== 'string' || more.length > 0) throw odd(`${element.name} has elements where its value belongs`);
  return text;
}

/** An attribute without a namespace. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((each) => each.namespace === '' && each.name === name)?.value;
}

export function isNamed(element: XmlElement, [namespace, name]: readonly [string, string]): boolean {
  return element.namespace === namespace && element.name === name;
}

/** The element and all in it. */
export function everyElement(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap((each) => (typeof each === 'string' ? [] : everyElement(each)))];
}

/** Whether two elements say the same: names, attributes in any order, texts and what is in them. */
export function sayTheSame(one: XmlElement, other: XmlElement): boolean {
  if (!isNamed(one, [other.namespace, other.name])) return false;
  if (one.attributes.length !== other.attributes.length || one.children.length !== other.children.length) return false;
  const found = one.attributes.every(({ namespace, name, value }) =>
    other.attributes.some((each) => each.namespace === namespace && each.name === name && each.value === value),
  );
  return (
    found &&
    one.children.every((each, at) => {
      const counterpart = other.children[at];
      if (typeof each === 'string' || typeof counterpart === 'string') return each === counterpart;
      return counterpart !== undefined && sayTheSame(each, counterpart);
    })
  );
}

/** An element without those children; texts that become neighbours are one. */
export function without(element: XmlElement, leftOut: readonly [string, string]): XmlElement {
  const children: (XmlElement | string)[] = [];
  for (const each of element.children) {
    const before = children.at(-1);
    if (typeof each !== 'string') {
      if (!isNamed(each, leftOut)) children.push(each);
    } else if (typeof before === 'string') children.splice(-1, 1, before + each);
    else children.push(each);
  }
  return { ...element, children };
}

/** For administrators, in the audit: what strangers wrote into it is cut short. */
export function odd(what: string): ProviderFault {
  return new ProviderFault('provider', `not accepted: ${what.replaceAll(/\p{C}/gu, ' ').slice(0, 300)}`);
}
