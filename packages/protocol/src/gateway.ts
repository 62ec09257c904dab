import { z } from 'zod';
import { revision } from './primitives.ts';

/**
 * The control protocol between an agent and its gateway: HTTP on a Unix socket of the site.
 * `PUT /config` replaces the whole configuration (a level: repeating it does no harm), `GET /stats` reads the
 * counters, `GET /healthz` says that the gateway lives and which program it runs, `POST /successor` hands everything
 * over to another program. An older revision than the one in force is refused with 409.
 */
export const gatewayControl = {
  config: '/config',
  stats: '/stats',
  health: '/healthz',
  successor: '/successor',
} as const;

/** What the gateway answers when it is asked whether it lives. */
export const gatewayHealth = z.object({
  pid: z.int().positive(),
  /** Tells whether it is the program that the agent would start: what it was given with `--program`. */
  program: z.string().default(''),
});

/** Who is to take over: started by the gateway that runs, with its listening sockets. */
export const gatewaySuccessor = z.object({
  /** The executable and what comes before the arguments that the gateway passes on: its own. */
  command: z.array(z.string()).min(1),
  program: z.string(),
});

export type GatewaySuccessor = z.output<typeof gatewaySuccessor>;

/** Stands in cookies and in configurations of other programs. */
const versionKey = z.string().regex(/^[\w.:-]{1,100}$/, 'letters, digits and . : _ -, at most 100');
/** A name of a header or cookie (RFC 9110, section 5.6.2). */
const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'the name of a header or cookie');
const printable = z
  .string()
  .max(1000)
  .regex(/^[\x20-\x7e]*$/, 'printable characters of ASCII');

const version = z.object({
  /** What the site runs: one build with its settings. The agent names it by the operation that brought it. */
  version: versionKey,
  build: z.string(),
  /**
   * Share of the requests that no rule decides, in relation to the other versions of the service; 0 takes none of them.
   * Its instances share it evenly, however many they are; a version without an active one gives its share to the others.
   */
  weight: z.number().nonnegative(),
});

const backend = z.object({
  /** The instance behind it; draining and what it carries go by this name. */
  instance: z.string(),
  port: z.int().min(1).max(65535),
  version: versionKey,
  /** `draining` takes no new request; what is in flight ends, and idle connections are told to close. */
  state: z.enum(['active', 'draining']),
});

const rule = z.object({
  from: z.enum(['header', 'cookie']),
  name: token,
  match: z.enum(['equals', 'prefix']),
  value: printable,
  version: versionKey,
});

const service = z
  .object({
    /** `<application>/<module>`: one routed module. */
    name: z.string(),
    /** While true, requests for which there is no active backend wait in a bounded queue instead of failing. */
    hold: z.boolean(),
    /** Who shares the requests. A version that grows stands last: then `spread` takes users from the others only for it. */
    versions: z.array(version),
    backends: z.array(backend),
    /** The first one that matches decides, whatever the weights, as long as its version has an active backend. */
    rules: z.array(rule).max(100).default([]),
    /** Requests that carry it are spread over the versions by its hash: whoever sends the same stays with one version. */
    spread: z
      .object({ from: z.enum(['header', 'cookie']), name: token })
      .nullable()
      .default(null),
    /** Whoever was given a version by weight keeps it by this cookie, as long as that version takes requests. */
    sticky: z.object({ cookie: token, seconds: z.int().positive() }).nullable().default(null),
    /** Copies of requests go to this version as well; its answers reach nobody. */
    mirror: z
      .object({
        version: versionKey,
        /** 0 to 100, of the requests that others answer. */
        percent: z.number().min(0).max(100),
        /** `safe` copies GET, HEAD and OPTIONS only: anything else may have its effect twice. */
        methods: z.enum(['safe', 'all']).default('safe'),
      })
      .nullable()
      .default(null),
  })
  .check(({ value, issues }) => {
    const known = value.versions.map((each) => each.version);
    const complain = (path: (string | number)[], message: string) =>
      issues.push({ code: 'custom', path, message, input: value });
    const check = (path: (string | number)[], named: string) => {
      if (!known.includes(named)) complain([...path, 'version'], `there is no version ${named} in this service`);
    };
    for (const [index, each] of known.entries())
      if (known.indexOf(each) !== index) complain(['versions', index, 'version'], `${each} is there twice`);
    for (const [index, each] of value.backends.entries()) check(['backends', index], each.version);
    for (const [index, each] of value.rules.entries()) check(['rules', index], each.version);
    if (value.mirror !== null) check(['mirror'], value.mirror.version);
  });

/** A certificate of a site, with its key. */
export const gatewayCertificate = z.object({
  /** Host names that it is given for, also as `*.example.com`. */
  names: z.array(z.string()),
  /** Files of the site in PEM; the gateway reads them itself, and again when they change. */
  certificateFile: z.string(),
  keyFile: z.string(),
});

const listener = z.object({
  address: z.string().default('127.0.0.1'),
  port: z.int().min(1).max(65535),
  /** A front listener chooses by the host name without port; a module listener has one service. */
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('hosts'), hosts: z.record(z.string(), z.string()) }),
    z.object({ kind: z.literal('service'), service: z.string() }),
  ]),
  /** HTTPS with HTTP/1.1 and HTTP/2; the first certificate serves whoever names no host, or an unknown one. */
  tls: z
    .object({ certificates: z.array(gatewayCertificate).min(1) })
    .nullable()
    .default(null),
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
      /** The headers of a request have to arrive within so long, or the connection ends with 408. */
      clientHeaderSeconds: z.number().positive().default(30),
      /** No byte from a client that has more to send, or none taken by one that has more to read: the connection ends. */
      clientIdleSeconds: z.number().positive().default(60),
    })
    .prefault({}),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;
export type GatewayConfigInput = z.input<typeof gatewayConfig>;
export type GatewayService = z.output<typeof service>;
export type GatewayServiceInput = z.input<typeof service>;
export type GatewayVersion = z.output<typeof version>;
export type GatewayBackend = z.output<typeof backend>;
export type GatewayRule = z.output<typeof rule>;
export type GatewayListener = z.output<typeof listener>;
export type GatewayCertificate = z.output<typeof gatewayCertificate>;

/** Upper bounds of the latency histogram's buckets in milliseconds; the last bucket has no bound. */
export const latencyBounds = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10000,
] as const;

const counters = z.object({
  version: z.string(),
  build: z.string(),
  requests: z.int(),
  /** Answers with status 5xx, and requests that got no answer from the backend. */
  errors: z.int(),
  /** Counts by bucket of `latencyBounds` until the answer's headers, one more for what is above the last. */
  latency: z.array(z.int()),
});

export const gatewayStats = z.object({
  /** Identifies this run of the gateway: counters start at zero with a new one, and go on with a successor. */
  startedAt: z.iso.datetime(),
  /** Revision of the configuration in force; 0 before the first. */
  revision: z.int().nonnegative(),
  /** Why listeners could not be opened or certificates not be taken, by port. */
  listenerFaults: z.record(z.string(), z.string()),
  services: z.array(
    z.object({
      name: z.string(),
      held: z.int(),
      /** Counters since the start, by version, without what was mirrored. */
      versions: z.array(counters),
      /** The same of copies, by the version that they went to; `dropped` were not sent, so as not to weigh on anybody. */
      mirrored: z.array(counters.extend({ dropped: z.int() })),
      backends: z.array(z.object({ instance: z.string(), inFlight: z.int(), connections: z.int(), upgraded: z.int() })),
    }),
  ),
});
export type GatewayStats = z.output<typeof gatewayStats>;
export type GatewayServiceStats = GatewayStats['services'][number];
export type GatewayCounters = z.output<typeof counters>;
