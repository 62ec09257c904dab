/** Names in lower case and values in turn; what a name has several of is a list. */
export type HeaderList = (string | string[])[];

/** How the end of an answer's content is known (RFC 9112, section 6.3). */
export type Framing =
  | { readonly by: 'length'; readonly bytes: number }
  | { readonly by: 'chunks' }
  /** The connection ends with the content. */
  | { readonly by: 'close' };

/** All of an answer before its content. */
export interface AnswerHead {
  readonly status: number;
  readonly message: string;
  readonly headers: HeaderList;
  readonly framing: Framing;
  /** How long the connection may wait for another request, in milliseconds; 0 where none may follow. */
  readonly keepMs: number;
}

/** An answer that two readers could take for different ones, or that no reader could take. */
export class UnclearAnswer extends Error {
  constructor(what: string) {
    super(`the answer of the backend is unclear: ${what}`);
    this.name = 'UnclearAnswer';
  }
}

/** Bytes of a head or of trailers, and how many names they may have. */
export const mostHeadBytes = 16 * 1024;
const mostNames = 256;

/** Node's servers close idle connections after 5 seconds; ours are given up before they might be closed under us. */
const longestKeepMs = 4000;
/** A backend that says how long it waits is believed, less what an answer may take on its way. */
const keepMarginMs = 1000;

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/;
/** Lines of a name and a value without white space between name and colon; nothing is folded, nothing but CR LF ends one. */
const fieldLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/** A tab there is white space by the rules, and part of the value to some readers (Node's among them). */
const tabbedFraming = /^(?:content-length|transfer-encoding):.*\t/im;

const noContent: Framing = { by: 'length', bytes: 0 };
const inChunks: Framing = { by: 'chunks' };
const untilClose: Framing = { by: 'close' };

/**
 * Reads the head of an answer strictly: what a lenient reader would repair is refused, since the client behind us may
 * repair it in another way.
 *
 * @param text the head with the line ends of its last line, without the empty line
 * @param method of the request, on which the framing depends
 * @throws {UnclearAnswer}
 */
export function answerHead(text: string, method: string): AnswerHead {
  const [line, minor, status, message = ''] = statusLine.exec(text) ?? [];
  if (line === undefined) throw new UnclearAnswer('its first line is no status line');
  if (text.includes('\t') && tabbedFraming.test(text)) throw new UnclearAnswer('its length or coding has a tab');
  const headers = fields(text.slice(line.length));
  const known = { status: Number(status), minor, method };
  const framing = framingOf(headers, known);
  return {
    status: known.status,
    message,
    headers,
    framing,
    keepMs: framing.by === 'close' ? 0 : keepMs(headers, minor),
  };
}

/** @throws {UnclearAnswer} */
export function fields(text: string): HeaderList {
  if (!fieldLines.test(text)) throw new UnclearAnswer('a header has a name or a value that it may not have');
  const list: HeaderList = [];
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    addValue(list, text.slice(at, colon).toLowerCase(), trimmed(text, colon + 1, end));
    if (list.length > 2 * mostNames) throw new UnclearAnswer(`more than ${mostNames} headers`);
    at = end + 2;
  }
  return list;
}

/** The value or values of a header; undefined where it is not there. */
export function valueIn(list: HeaderList, name: string): string | string[] | undefined {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return list[index + 1];
  return undefined;
}

export function pairs(list: HeaderList): [name: string, value: string | string[]][] {
  return Array.from({ length: list.length / 2 }, (_, at) => [String(list[2 * at]), list[2 * at + 1] ?? '']);
}

/** Puts a value beside those that a header has already. */
export function addValue(list: HeaderList, name: string, value: string): void {
  let at = 0;
  while (at < list.length && list[at] !== name) at += 2;
  list[at + 1] = at < list.length ? [list[at + 1] ?? []].flat().concat(value) : value;
  list[at] = name;
}

function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

function framingOf(
  headers: HeaderList,
  { status, minor, method }: { readonly status: number; readonly minor: string | undefined; readonly method: string },
): Framing {
  const coding = valueIn(headers, 'transfer-encoding');
  const length = valueIn(headers, 'content-length');
  if (coding !== undefined && length !== undefined) throw new UnclearAnswer('it has a length and a coding');
  if (coding !== undefined && (String(coding).toLowerCase() !== 'chunked' || minor === '0'))
    throw new UnclearAnswer('its coding is not chunked alone');
  if (length !== undefined && (typeof length !== 'string' || !/^\d{1,15}$/.test(length)))
    throw new UnclearAnswer('its length is not one number');
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return noContent;
  if (coding !== undefined) return inChunks;
  return length === undefined ? untilClose : { by: 'length', bytes: Number(length) };
}

function keepMs(headers: HeaderList, minor: string | undefined): number {
  const connection = valueIn(headers, 'connection');
  const options = connection === undefined ? '' : String(connection).toLowerCase();
  if (minor === '0' ? !options.includes('keep-alive') : options.includes('close')) return 0;
  const said = /timeout=(\d{1,6})/i.exec(String(valueIn(headers, 'keep-alive') ?? ''))?.[1];
  return said === undefined ? longestKeepMs : Math.max(0, Math.min(longestKeepMs, Number(said) * 1000 - keepMarginMs));
}
