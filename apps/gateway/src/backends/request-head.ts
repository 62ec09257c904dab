import type { Readable } from 'node:stream';
import { isToken, writeFields } from './fields.ts';

/** A request as it goes to a backend. */
export interface BackendRequest {
  readonly method: string;
  readonly path: string;
  /** Name and value in turn, without those of the connection and of the framing by chunks. */
  readonly headers: readonly string[];
  /** What is a stream and has no length among its headers goes in chunks. */
  readonly body: Readable | Buffer | null;
  /** What follows a body in chunks, name and value in turn; asked for when the body is over. */
  readonly trailers: () => readonly string[];
  /** Milliseconds without a byte after which the backend is given up. */
  readonly idleMs: number;
}

export interface RequestHead {
  readonly text: string;
  /** Bytes of the body; undefined where it goes in chunks. */
  readonly length: number | undefined;
}

const target = /^[!-~\x80-\xff]+$/;

/** Of these a server expects content, and may ask for its length where there is none (RFC 9110, section 8.6). */
const withContent = new Set(['POST', 'PUT', 'PATCH']);

/** The bytes before the body of a request, as Latin-1; undefined for one that could be read in two ways. */
export function requestHead({ method, path, headers, body }: BackendRequest): RequestHead | undefined {
  if (!isToken(method) || !target.test(path)) return undefined;
  let text = writeFields(headers);
  if (text === undefined) return undefined;
  let said: string | undefined;
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.length === 14 && headers[index]?.toLowerCase() === 'content-length') {
      if (said !== undefined || !/^\d{1,15}$/.test(headers[index + 1] ?? '')) return undefined;
      said = headers[index + 1];
    }
  const known = body === null ? 0 : Buffer.isBuffer(body) ? body.length : undefined;
  const length = said === undefined ? known : Number(said);
  if (known !== undefined && length !== known) return undefined;
  if (length === undefined) text += 'transfer-encoding: chunked\r\n';
  else if (said === undefined && (length > 0 || withContent.has(method))) text += `content-length: ${length}\r\n`;
  // Backends of HTTP/1.0 keep a connection only when they are asked to.
  return { text: `${method} ${path} HTTP/1.1\r\n${text}connection: keep-alive\r\n\r\n`, length };
}
