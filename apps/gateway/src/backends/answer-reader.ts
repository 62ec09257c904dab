import { type AnswerHead, answerHead, UnclearAnswer } from './answer-head.ts';
import { type HeaderList, readFields, valueIn } from './fields.ts';

/** What becomes of an answer. Bytes are lent for the time of a call: who keeps them copies them. */
export interface AnswerHandler {
  /** Called for each interim answer (1xx) as well. */
  readonly onHead: (head: AnswerHead) => void;
  readonly onData: (bytes: Buffer) => void;
  /** The last of its content came, if there was more; nothing follows. */
  readonly onEnd: (bytes: Buffer | undefined, trailers: HeaderList) => void;
}

type Place = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'over';

const headEnd = '\r\n\r\n';
/** Of a head, and of trailers. */
export const mostHeadBytes = 16 * 1024;
/** Each is passed on, and a client may take them slowly. */
const mostInterim = 100;
/** The number of a chunk's bytes, and what may stand behind it and means nothing to us (RFC 9112, section 7.1). */
const chunkSize = /^([0-9A-Fa-f]{1,8})(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const mostChunkLineBytes = 1024;

/** Reads the answer to one request from bytes as they come, wherever they were cut (RFC 9112, sections 6 and 7). */
export class AnswerReader {
  readonly #method: string;
  readonly #handler: AnswerHandler;
  #place: Place = 'head';
  /** What came of a line or a head that is not whole. */
  #text = '';
  /** Bytes that are to come of the content, or of a chunk. */
  #left = 0;
  #keepMs = 0;
  #interim = 0;

  constructor(method: string, handler: AnswerHandler) {
    this.#method = method;
    this.#handler = handler;
  }

  get isOver(): boolean {
    return this.#place === 'over';
  }

  /** How long the connection may wait for another request once the answer is over, in milliseconds; 0: not at all. */
  get keepMs(): number {
    return this.#keepMs;
  }

  /**
   * Takes what came; gives whether all of it was of the answer.
   *
   * @throws {UnclearAnswer} and is of no use afterwards
   */
  take(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length && this.#place !== 'over') at = this.#step(bytes, at);
    return at === bytes.length;
  }

  /** Takes the end of the connection: whether the answer is whole. */
  end(): boolean {
    if (this.#place === 'until-close') this.#end(undefined);
    return this.#place === 'over';
  }

  /** Reads on from `at`; gives how far it came. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#place) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'length':
        return this.#readLength(bytes, at);
      case 'chunk-size':
        return this.#readChunkSize(bytes, at);
      case 'chunk':
        return this.#readChunk(bytes, at);
      case 'chunk-end':
        return this.#readChunkEnd(bytes, at);
      case 'trailers':
        return this.#readTrailers(bytes, at);
      default:
        this.#handler.onData(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const { text, next } = this.#until(headEnd, bytes, at, mostHeadBytes);
    if (text === undefined) return next;
    const head = answerHead(`${text}\r\n`, this.#method);
    if (head.status === 101) throw new UnclearAnswer('it leaves HTTP, which nobody asked for');
    if (head.status >= 200) this.#begin(head);
    else this.#interim += 1;
    if (this.#interim > mostInterim) throw new UnclearAnswer(`more than ${mostInterim} interim ones come before it`);
    this.#handler.onHead(head);
    if (this.#place === 'length' && this.#left === 0) this.#end(undefined);
    return next;
  }

  #begin({ framing, keepMs }: AnswerHead): void {
    this.#keepMs = keepMs;
    if (framing.by === 'length') [this.#place, this.#left] = ['length', framing.bytes];
    else this.#place = framing.by === 'chunks' ? 'chunk-size' : 'until-close';
  }

  #readLength(bytes: Buffer, at: number): number {
    const piece = this.#piece(bytes, at);
    if (this.#left === 0) this.#end(piece);
    else this.#handler.onData(piece);
    return at + piece.length;
  }

  #readChunkSize(bytes: Buffer, at: number): number {
    const { text, next } = this.#until('\r\n', bytes, at, mostChunkLineBytes);
    if (text === undefined) return next;
    const size = chunkSize.exec(text)?.[1];
    if (size === undefined) throw new UnclearAnswer('the size of a chunk is no number');
    this.#left = Number.parseInt(size, 16);
    this.#place = this.#left === 0 ? 'trailers' : 'chunk';
    // As if the line before had just ended: with no trailer the empty line follows at once.
    if (this.#left === 0) this.#text = '\r\n';
    return next;
  }

  #readChunk(bytes: Buffer, at: number): number {
    const piece = this.#piece(bytes, at);
    if (this.#left === 0) this.#place = 'chunk-end';
    this.#handler.onData(piece);
    return at + piece.length;
  }

  #readChunkEnd(bytes: Buffer, at: number): number {
    const { text, next } = this.#until('\r\n', bytes, at, 2);
    if (text === undefined) return next;
    if (text !== '') throw new UnclearAnswer('a chunk is longer than it says');
    this.#place = 'chunk-size';
    return next;
  }

  #readTrailers(bytes: Buffer, at: number): number {
    const { text, next } = this.#until(headEnd, bytes, at, mostHeadBytes);
    if (text === undefined) return next;
    const trailers = readFields(text === '' ? '' : `${text.slice(2)}\r\n`);
    if (trailers === undefined) throw new UnclearAnswer('its trailers are not what they may be, or are too many');
    if ((valueIn(trailers, 'content-length') ?? valueIn(trailers, 'transfer-encoding')) !== undefined)
      throw new UnclearAnswer('a trailer says where it ends');
    this.#end(undefined, trailers);
    return next;
  }

  /** What there is from `at` on of the content, or of the chunk. */
  #piece(bytes: Buffer, at: number): Buffer {
    const piece = bytes.subarray(at, at + this.#left);
    this.#left -= piece.length;
    return piece;
  }

  /** The text before `mark`, once it is there, and where what follows begins. */
  #until(mark: string, bytes: Buffer, at: number, most: number): { text: string | undefined; next: number } {
    const kept = this.#text.length;
    const text = this.#text + bytes.toString('latin1', at, Math.min(bytes.length, at + most + mark.length - kept));
    const end = text.indexOf(mark, Math.max(0, kept - mark.length + 1));
    if (end >= 0) {
      this.#text = '';
      return { text: text.slice(0, end), next: at + end + mark.length - kept };
    }
    if (text.length >= most + mark.length) throw new UnclearAnswer(`a part of it is longer than ${most} bytes`);
    this.#text = text;
    return { text: undefined, next: bytes.length };
  }

  #end(bytes: Buffer | undefined, trailers: HeaderList = []): void {
    this.#place = 'over';
    this.#handler.onEnd(bytes, trailers);
  }
}
