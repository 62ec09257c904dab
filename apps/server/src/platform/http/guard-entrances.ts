import { type Entrance, type Origin, refuse } from '@almanac/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * By which entrance this route is used; by the console or the API, as the request says, where it does not say. `everybody`
     * is for what tells nothing, and for what proves itself.
     */
    entrance?: Entrance | 'everybody';
  }
}

/** What decides from where requests come in. */
export interface Entrances {
  readonly admits: (origin: Origin) => boolean;
  /** Tells of every change of what it decides, after it is in force here; gives what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** What keeps requests out at the entrances, and asks again of those that stay open. */
export interface EntranceGuard {
  /** @throws {DomainError} `network-not-allowed`, with the same words whatever was asked for */
  readonly insist: (request: FastifyRequest) => void;
}

/**
 * Refuses requests from networks that are not allowed, before anything else is looked at: who asks, for what, and whether
 * there is such a thing. Whatever is mounted afterwards is behind it.
 */
export function guardEntrances(
  server: FastifyInstance,
  input: { readonly entrances: Entrances; readonly onRefused: (origin: Origin) => void },
): EntranceGuard {
  const insist = (request: FastifyRequest) => {
    const origin = originOf(request);
    if (origin === undefined || input.entrances.admits(origin)) return;
    input.onRefused(origin);
    refuse('network-not-allowed', 'requests from this network are refused');
  };
  server.addHook('onRequest', async (request) => insist(request));
  return { insist };
}

/** Where a request comes from, and by which entrance; undefined where that decides nothing. */
export function originOf(request: FastifyRequest): Origin | undefined {
  const { entrance } = request.routeOptions.config;
  if (entrance === 'everybody') return undefined;
  const byCredential = request.headers.authorization === undefined ? 'console' : 'api';
  return { entrance: entrance ?? byCredential, address: request.ip };
}
