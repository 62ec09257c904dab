import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '@almanac/domain';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Serves the built console; every path that is no file of it is one of its pages. */
export async function serveConsole(server: FastifyInstance, directory: string | undefined): Promise<void> {
  const present = directory !== undefined && existsSync(join(directory, 'index.html'));
  if (present) {
    await server.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        const hashed = path.includes('/assets/');
        response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const page =
      present && request.method === 'GET' && !request.url.startsWith('/api/') && !request.url.startsWith('/assets/');
    if (page) return reply.sendFile('index.html');
    return refuse(
      'not-found',
      present || request.url.startsWith('/api/')
        ? `there is nothing at ${request.method} ${request.url.split('?')[0]}`
        : 'the console is not built; start Almanac with npm start',
    );
  });
}
