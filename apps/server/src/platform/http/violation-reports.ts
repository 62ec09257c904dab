import { reportTypes, saidViolations } from '@almanac/protocol/gateway';
import type { FastifyInstance } from 'fastify';
import { createRateLimit, networkOf } from './rate-limits.ts';

/** Where browsers report what the policy of a page kept from happening. */
export const reportPath = '/reports/console';
const mostBytes = 16 * 1024;
/** Reports of one address; what comes above that is dropped: anybody can send some. */
const rate = { perMinute: 30, burst: 30 };

/** Writes violations of the console's own policy into the log: each is a fault of ours, or somebody's try. */
export async function collectViolations(server: FastifyInstance, onViolation: () => void): Promise<void> {
  const limit = createRateLimit(rate);
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [...reportTypes, 'application/json'],
      { parseAs: 'string', bodyLimit: mostBytes },
      (_request, body, done) => done(null, body),
    );
    scope.post(reportPath, { bodyLimit: mostBytes, config: { body: 'report' } }, async (request, reply) => {
      if (limit.take(networkOf(request.ip)) === undefined)
        for (const violation of saidViolations(String(request.body))) {
          onViolation();
          request.log.warn({ violation }, 'a page of the console did what its policy does not allow');
        }
      return reply.code(204).send();
    });
  });
}
