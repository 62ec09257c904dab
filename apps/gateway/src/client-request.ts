import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/**
 * A request of a client, and the answer to it, whichever HTTP it speaks: Node gives those of HTTP/2 the same methods. A
 * `stream` is there with HTTP/2 only.
 */
export type ClientRequest = IncomingMessage & { readonly stream?: ServerHttp2Stream; readonly authority?: string };
export type ClientResponse = ServerResponse & { readonly stream?: ServerHttp2Stream };

/** Whether content follows the headers of a request (RFC 9112, section 6; RFC 9113, section 8.1). */
export function hasBody(request: ClientRequest): boolean {
  if (request.stream !== undefined) return !request.stream.endAfterHeaders;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** The name and port that a request is for (RFC 9113, section 8.3.1: the authority takes the place of Host). */
export function hostOf(request: ClientRequest): string | undefined {
  return (request.headers as IncomingHttpHeaders & { ':authority'?: string })[':authority'] ?? request.headers.host;
}

/** Whether nobody waits for the answer any more. */
export function isGone(response: ClientResponse): boolean {
  return response.stream === undefined ? response.destroyed : response.stream.destroyed;
}
