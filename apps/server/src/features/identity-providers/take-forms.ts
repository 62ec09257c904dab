import type { FastifyInstance } from 'fastify';

/**
 * Lets a part of the server read forms: providers send what they say by them, or have browsers send it. Operations of ours
 * take JSON alone.
 */
export function takeForms(scope: FastifyInstance, mostBytes: number): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: mostBytes },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}
