/** A message of LDAP that is longer is refused; the longest that we ask for is a page of a hundred groups. */
const longestMessage = 1024 * 1024;

/** The tags of BER that answers are made of (RFC 4511, 4.1.1 and appendix B). */
const tag = {
  integer: 0x02,
  text: 0x04,
  code: 0x0a,
  flag: 0x01,
  list: 0x30,
  set: 0x31,
  controls: 0xa0,
  referral: 0xa3,
};
const answers = { bind: 0x61, entry: 0x64, searchDone: 0x65, reference: 0x73, extended: 0x78 };

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** What somebody sent who is no directory, or one that wants to do harm. */
export class UnsoundMessage extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'UnsoundMessage';
  }
}

/**
 * Cuts what came into whole messages, each of which has exactly the form of an answer: every length fits into what it
 * stands in. The parser behind it trusts lengths, and would otherwise read without end.
 *
 * @returns whole messages, and the beginning of the next one
 * @throws {UnsoundMessage}
 */
export function takeMessages(came: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = came;
  for (;;) {
    if (rest.length > 0 && rest[0] !== tag.list) throw new UnsoundMessage('this is no message');
    const head = headOf(rest);
    if (head !== undefined && head.end > longestMessage) throw new UnsoundMessage('a message is too long');
    if (head === undefined || head.end > rest.length) return { messages, rest };
    const message = rest.subarray(0, head.end);
    checkMessage({ tag: head.tag, content: message.subarray(head.start) });
    messages.push(message);
    rest = rest.subarray(head.end);
  }
}

function checkMessage(message: Element): void {
  const [id, answer, controls, ...more] = elementsOf(only(message, tag.list));
  only(id, tag.integer);
  if (answer === undefined || more.length > 0) throw new UnsoundMessage('a message has not the parts of one');
  checkAnswer(answer);
  if (controls === undefined) return;
  for (const each of elementsOf(only(controls, tag.controls))) {
    const [type, ...values] = elementsOf(only(each, tag.list));
    only(type, tag.text);
    if (values.length > 2 || values.some((value) => value.tag !== tag.text && value.tag !== tag.flag))
      throw new UnsoundMessage('a control is none');
  }
}

function checkAnswer(answer: Element): void {
  const parts = elementsOf(answer);
  if (answer.tag === answers.entry) checkEntry(parts);
  else if (answer.tag === answers.reference) for (const each of parts) only(each, tag.text);
  else if (answer.tag === answers.bind || answer.tag === answers.searchDone || answer.tag === answers.extended)
    checkResult(parts);
  else throw new UnsoundMessage('this answers nothing that was asked');
}

function checkEntry([name, attributes, ...more]: readonly Element[]): void {
  only(name, tag.text);
  if (more.length > 0) throw new UnsoundMessage('an entry has too many parts');
  for (const attribute of elementsOf(only(attributes, tag.list))) {
    const [type, values, ...others] = elementsOf(only(attribute, tag.list));
    only(type, tag.text);
    if (others.length > 0) throw new UnsoundMessage('an attribute has too many parts');
    for (const value of elementsOf(only(values, tag.set))) only(value, tag.text);
  }
}

function checkResult([code, matched, message, ...more]: readonly Element[]): void {
  only(code, tag.code);
  only(matched, tag.text);
  only(message, tag.text);
  // Values of their own kind (0x80 and the like) are texts in another dress.
  if (more.some((each) => each.tag !== tag.referral && (each.tag & 0xe0) !== 0x80))
    throw new UnsoundMessage('a result has a part that none has');
}

function only(element: Element | undefined, wanted: number): Element {
  if (element?.tag !== wanted) throw new UnsoundMessage('a message has a part of another kind');
  return element;
}

function elementsOf({ content }: Element): readonly Element[] {
  const found: Element[] = [];
  for (let rest = content; rest.length > 0; ) {
    const head = headOf(rest);
    if (head === undefined || head.end > rest.length)
      throw new UnsoundMessage('a length reaches further than the message');
    found.push({ tag: head.tag, content: rest.subarray(head.start, head.end) });
    rest = rest.subarray(head.end);
  }
  return found;
}

/** The tag and the length of an element; undefined where not all of them came yet. */
function headOf(bytes: Buffer): { readonly tag: number; readonly start: number; readonly end: number } | undefined {
  const [kind, first] = bytes;
  if (kind === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag: kind, start: 2, end: 2 + first };
  const digits = first & 0x7f;
  // LDAP knows no indefinite lengths (RFC 4511, 5.1).
  if (digits === 0 || digits > 4) throw new UnsoundMessage('a length is none');
  if (bytes.length < 2 + digits) return undefined;
  return { tag: kind, start: 2 + digits, end: 2 + digits + bytes.readUIntBE(2, digits) };
}
