import { z } from 'zod';
import { revision } from './primitives.ts';

/**
 * The control protocol between an agent and its gateway: HTTP on a Unix socket of the site.
 * `PUT /config` replaces the whole configuration (a level: repeating it does no harm), `GET /stats` reads the
 * counters, `GET /healthz` says that the gateway lives. An older revision than the one in force is refused with 409.
 */
export const gatewayControl = { config: '/config', stats: '/stats', health: '/healthz' } as const;

/** What the gateway answers when it is asked whether it lives. */
export const gatewayHealth = z.object({ pid: z.int().positive() });

const backend = z.object({
  /** The instance behind it; counters and draining go by this name. */
  instance: z.string(),
  port: z.int().min(1).max(65535),
  /** Share of new requests in relation to the other active backends of the service; 0 takes none. */
  weight: z.number().nonnegative(),
  /** The build that the instance runs; requests, errors and latency are counted by it. */
  build: z.string(),
  /** `draining` takes no new request; what is in flight ends, and idle connections are told to close. */
  state: z.enum(['active', 'draining']),
});

const service = z.object({
  /** `<application>/<module>`: one routed module. */
  name: z.string(),
  /**
   * While true, and whenever no active backend exists although `backends` is not final, new requests wait in a
   * bounded queue instead of failing.
   */
  hold: z.boolean(),
  backends: z.array(backend),
});

const listener = z.object({
  address: z.string().default('127.0.0.1'),
  port: z.int().min(1).max(65535),
  /** A front listener chooses by the host name without port; a module listener has one service. */
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('hosts'), hosts: z.record(z.string(), z.string()) }),
    z.object({ kind: z.literal('service'), service: z.string() }),
  ]),
});

export const gatewayConfig = z.object({
  revision,
  listeners: z.array(listener),
  services: z.array(service),
  limits: z
    .object({
      /** How long a held request waits before it is answered 503 with Retry-After. */
      holdSeconds: z.number().positive().default(30),
      holdRequests: z.int().positive().default(1000),
      /** No byte from the backend for so long ends the request with 504. */
      backendIdleSeconds: z.number().positive().default(60),
    })
    .prefault({}),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;
export type GatewayConfigInput = z.input<typeof gatewayConfig>;
export type GatewayService = z.output<typeof service>;
export type GatewayBackend = z.output<typeof backend>;
export type GatewayListener = z.output<typeof listener>;

/** Upper bounds of the latency histogram's buckets in milliseconds; the last bucket has no bound. */
export const latencyBounds = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10000,
] as const;

export const gatewayStats = z.object({
  /** Identifies this run of the gateway: counters start at zero with a new one. */
  startedAt: z.iso.datetime(),
  /** Revision of the configuration in force; 0 before the first. */
  revision: z.int().nonnegative(),
  /** Why listeners could not be opened, by port. */
  listenerFaults: z.record(z.string(), z.string()),
  services: z.array(
    z.object({
      name: z.string(),
      held: z.int(),
      /** Counters since the start, by build. */
      builds: z.array(
        z.object({
          build: z.string(),
          requests: z.int(),
          /** Answers with status 5xx, and requests that got no answer from the backend. */
          errors: z.int(),
          /** Counts by bucket of `latencyBounds`, one more for what is above the last. */
          latency: z.array(z.int()),
        }),
      ),
      backends: z.array(z.object({ instance: z.string(), inFlight: z.int(), connections: z.int(), upgraded: z.int() })),
    }),
  ),
});
export type GatewayStats = z.output<typeof gatewayStats>;
