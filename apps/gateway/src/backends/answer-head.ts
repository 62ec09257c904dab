import { type HeaderList, readFields, valueIn } from './fields.ts';

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

/** Node's servers close idle connections after 5 seconds; ours are given up before they might be closed under us. */
const longestKeepMs = 4000;
/** A backend that says how long it waits is believed, less what an answer may take on its way. */
const keepMarginMs = 1000;

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/;
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
  const headers = readFields(text.slice(line.length));
  if (headers === undefined) throw new UnclearAnswer('its headers are not what they may be, or are too many');
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
  const said = String(valueIn(headers, 'connection') ?? '').toLowerCase();
  const options = said.split(',').map((each) => each.trim());
  if (options.includes('close') || (minor === '0' && !options.includes('keep-alive'))) return 0;
  const seconds = /timeout=(\d{1,6})/i.exec(String(valueIn(headers, 'keep-alive') ?? ''))?.[1];
  if (seconds === undefined) return longestKeepMs;
  return Math.max(0, Math.min(longestKeepMs, Number(seconds) * 1000 - keepMarginMs));
}
