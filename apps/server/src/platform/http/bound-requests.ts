import { refuse } from '@almanac/domain';
import type { FastifyInstance } from 'fastify';

/** Characters of an address with its query. */
const longestUrl = 8 * 1024;
const mostHeaders = 100;
/** Everything else (TRACE above all, which gives a page back what it may not read) has no meaning here. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Refuses what no client of ours sends, before anything else looks at it. */
export function boundRequests(server: FastifyInstance, allowedHosts: ReadonlySet<string>): void {
  server.addHook('onRequest', async (request, reply) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    // A page of another name that resolves to us (DNS rebinding) must not reach the API.
    if (!allowedHosts.has(host) && !allowedHosts.has('*'))
      return reply
        .code(421)
        .type('text/plain')
        .send(`This server does not answer for ${host}; set ALMANAC_PUBLIC_URL.\n`);
    if (!methods.has(request.method)) {
      void reply.header('allow', [...methods].join(', '));
      return refuse('method-not-allowed', `${request.method} is not supported`);
    }
    if (request.raw.rawHeaders.length / 2 > mostHeaders)
      return refuse('headers-too-large', `a request has ${mostHeaders} headers at most`);
    if (request.url.length > longestUrl)
      return refuse('address-too-long', `an address has ${longestUrl} characters at most`);
    return undefined;
  });
}
