import type { Origin } from '@almanac/domain';
import type { FastifyBaseLogger } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import type { RefusalCounter } from '#platform/http';

/**
 * Counts requests that were refused at an entrance: in the measures, in the log with their address, and in the audit as
 * refusals are, by entrance. Nobody is known of those who ask, so it is as nobody that they stand there.
 */
export function countRefusedOrigins(input: {
  readonly refusals: RefusalCounter;
  readonly log: FastifyBaseLogger;
  readonly onError: (error: unknown) => void;
}): { readonly note: (origin: Origin) => void; readonly measure: (registry: Registry) => void } {
  const refused = new Counter({
    name: 'almanac_refused_origins_total',
    help: 'Requests that were refused because they came from a network that is not on the allow list of their entrance',
    labelNames: ['entrance'],
    registers: [],
  });
  return {
    note: ({ entrance, address }) => {
      refused.inc({ entrance });
      input.log.info({ entrance, address }, 'a request from a network that is not allowed was refused');
      input.refusals.note({ actor: { kind: 'anonymous' }, operation: `entrance:${entrance}` }).catch(input.onError);
    },
    measure: (registry) => registry.registerMetric(refused),
  };
}
