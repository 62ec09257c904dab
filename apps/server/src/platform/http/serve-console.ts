import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from '@almanac/domain';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { setPagePolicy } from './response-headers.ts';

/** Stands in the built page where the nonce of each answer goes that its scripts and styles carry. */
const placeholder = 'ALMANAC_PAGE_NONCE';

/** Serves the built console; every path that is no file of it is one of its pages. */
export async function serveConsole(server: FastifyInstance, directory: string | undefined): Promise<void> {
  const file = directory === undefined ? undefined : join(directory, 'index.html');
  const page = file !== undefined && existsSync(file) ? await readFile(file, 'utf8') : undefined;
  if (page !== undefined) {
    await server.register(fastifyStatic, {
      root: directory ?? '',
      wildcard: false,
      index: false,
      cacheControl: false,
      // The page itself is an answer of ours, with a policy of its own.
      globIgnore: ['**/index.html'],
      setHeaders: (response, path) => {
        const hashed = path.includes('/assets/');
        response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const { url } = request;
    if (page !== undefined && request.method === 'GET' && !url.startsWith('/api/') && !url.startsWith('/assets/')) {
      const nonce = setPagePolicy(reply);
      // Every answer has a nonce of its own: none of them is kept.
      return reply
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(page.replaceAll(placeholder, nonce));
    }
    return refuse(
      'not-found',
      page !== undefined || url.startsWith('/api/')
        ? `there is nothing at ${request.method} ${url.split('?')[0]}`
        : 'the console is not built; start Almanac with npm start',
    );
  });
}
