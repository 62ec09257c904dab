import type { IncomingHttpHeaders } from 'node:http';
import { addValue, type HeaderList, valueIn } from './backends/fields.ts';
import { type ClientRequest, hostOf } from './client-request.ts';
import { noHeaders, type OwnHeaders } from './own-headers.ts';

/** Headers that concern one connection and are not passed on (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const none: ReadonlySet<string> = new Set();

/** Nobody can have these kept from the other side by naming them in Connection: they say what a message is. */
const essential = new Set(['host', 'content-length', 'content-type', 'cookie', 'set-cookie', 'authorization']);

/** Headers as name and value in turn, without those that end here; `without` names more of those. */
export function passedHeaders(
  rawHeaders: readonly string[],
  headers: IncomingHttpHeaders,
  without: ReadonlySet<string> = none,
): string[] {
  const named = namedByConnection(headers.connection);
  const passed: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || named.has(lower) || without.has(lower)) continue;
    passed.push(name, rawHeaders[index + 1] ?? '');
  }
  return passed;
}

/**
 * Headers of an answer as name and value in turn, without those that end here, and with ours; trailers are announced again.
 */
export function answerHeaders(headers: HeaderList, own: OwnHeaders = noHeaders): HeaderList {
  const named = namedByConnection(valueIn(headers, 'connection'));
  const passed: HeaderList = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = String(headers[index]);
    if (named.has(name) || own.replaced.has(name)) continue;
    if (name === 'trailer' || !hopByHop.has(name)) passed.push(name, headers[index + 1] ?? '');
  }
  for (const { name, value, whenSent } of own.lines)
    if (whenSent === 'add') addValue(passed, name, value);
    else if (whenSent === 'replace' || valueIn(passed, name) === undefined) passed.push(name, value);
  return passed;
}

function namedByConnection(connection: string | string[] | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive') return none;
  return new Set(
    String(connection)
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => !essential.has(name)),
  );
}

/** What a backend is told of the client, after what proxies before us said. */
function forwardedHeaders(request: ClientRequest, secure: boolean): string[] {
  const earlier = request.headers['x-forwarded-for'];
  const address = request.socket?.remoteAddress ?? '';
  const chain = earlier === undefined ? address : `${String(earlier)}, ${address}`;
  const given = request.headers['x-forwarded-proto'];
  return [
    'x-forwarded-for',
    chain,
    'x-forwarded-proto',
    typeof given === 'string' ? given : secure ? 'https' : 'http',
    'x-forwarded-host',
    request.headers['x-forwarded-host']?.toString() ?? hostOf(request) ?? '',
  ];
}

/** Said anew here, or settled with the client here: whoever waits for 100 is told by the server in front. */
const ownNames = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'expect']);

const notBehind: ReadonlySet<string> = new Set([...essential, ...ownNames]);

/** The headers with which a request goes to a backend. */
export function backendHeaders(request: ClientRequest, secure: boolean): string[] {
  const headers =
    request.stream === undefined
      ? passedHeaders(request.rawHeaders, request.headers, ownNames)
      : headersOfStream(request);
  headers.push(...forwardedHeaders(request, secure));
  return headers;
}

/** What a request may say behind its body: nothing that says where it ends, whom it is for or who sent it (RFC 9110, 6.5.1). */
export function backendTrailers(request: ClientRequest): string[] {
  return passedHeaders(request.rawTrailers, request.headers, notBehind);
}

/** Of HTTP/2: without what begins with a colon, and with cookies in one line again (RFC 9113, section 8.2.3). */
function headersOfStream(request: ClientRequest): string[] {
  const passed = ['host', hostOf(request) ?? ''];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === 'host' || name.startsWith(':')) continue;
    if (!hopByHop.has(name) && !ownNames.has(name)) passed.push(name, String(value));
  }
  return passed;
}

/** The name that a Host header asks for, without port and case. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}
