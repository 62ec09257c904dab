import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

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

/** Headers as name and value in turn, without those that end here. */
export function passedHeaders(rawHeaders: readonly string[], headers: IncomingHttpHeaders): string[] {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const passed: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || named.has(lower)) continue;
    passed.push(name, rawHeaders[index + 1] ?? '');
  }
  return passed;
}

/** What a backend is told of the client, after what proxies before us said. */
export function forwardedHeaders(request: IncomingMessage): string[] {
  const earlier = request.headers['x-forwarded-for'];
  const address = request.socket.remoteAddress ?? '';
  const chain = earlier === undefined ? address : `${String(earlier)}, ${address}`;
  const given = request.headers['x-forwarded-proto'];
  return [
    'x-forwarded-for',
    chain,
    'x-forwarded-proto',
    typeof given === 'string' ? given : 'http',
    'x-forwarded-host',
    request.headers['x-forwarded-host']?.toString() ?? request.headers.host ?? '',
  ];
}

const ownNames = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);

/** The headers with which a request goes to a backend. */
export function backendHeaders(request: IncomingMessage): string[] {
  const passed = passedHeaders(request.rawHeaders, request.headers);
  const kept: string[] = [];
  for (let index = 0; index + 1 < passed.length; index += 2) {
    if (!ownNames.has((passed[index] ?? '').toLowerCase())) kept.push(passed[index] ?? '', passed[index + 1] ?? '');
  }
  return [...kept, ...forwardedHeaders(request)];
}

/** Whether content follows the headers of a request (RFC 9112, section 6). */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** The name that a Host header asks for, without port and case. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}
