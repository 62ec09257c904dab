import { z } from 'zod';
import { revision, timestamp } from '../primitives.ts';

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

/**
 * How Node runs a gateway: it collects garbage on the thread that serves. With helpers, all requests wait in each
 * collection until the last helper got a processor, and on a site of few processors they are busy serving.
 */
export const gatewayNodeOptions = ['--single-threaded-gc', '--disable-warning=ExperimentalWarning'] as const;

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

/** One header that the gateway has answers carry; the server makes them, so that a gateway decides nothing. */
export const gatewayHeader = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, 'the name of a header in small letters'),
  value: z
    .string()
    .max(10_000)
    .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'printable characters of ASCII'),
  /** Over which connections of clients it is sent. */
  over: z.enum(['any', 'tls', 'plain']),
  /** What becomes of one that the application sends: it is kept and this one left out, replaced, or this one stands beside it. */
  whenSent: z.enum(['keep', 'replace', 'add']),
});
export type GatewayHeader = z.output<typeof gatewayHeader>;

/** What the answers of a service carry, and whether browsers report to the gateway what a policy among it did not allow. */
export const answeredHeaders = z.object({
  headers: z.array(gatewayHeader).max(50).default([]),
  collectsReports: z.boolean().default(false),
});
export type AnsweredHeaders = z.output<typeof answeredHeaders>;

const service = z
  .object({
    ...answeredHeaders.shape,
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

/**
 * Upper bounds of the latency histogram's buckets in milliseconds; the last bucket has no bound. Each is 7 % above the one
 * before it: what analyses compare must not vanish within a bucket, nor be made more of by its edge.
 */
export const latencyBounds: readonly number[] = [
  ...Array.from({ length: 147 }, (_, index) => Number((0.5 * 1.07 ** index).toPrecision(4))),
  10_000,
];

const counters = z.object({
  version: z.string(),
  build: z.string(),
  requests: z.int(),
  /** Answers with status 5xx, and requests that got no answer from the backend. */
  errors: z.int(),
  /** Counts by bucket of `latencyBounds` until the answer's headers, one more for what is above the last. */
  latency: z.array(z.int()),
});

/** What browsers reported of one thing that a Content-Security-Policy does not allow, since the data plane began. */
export const violation = z.object({
  directive: z.string().max(60),
  /** An origin, a scheme as in `data:`, `self`, or a word of CSP as in `inline`. */
  blocked: z.string().max(300),
  /** The path of the page, without what follows it. */
  document: z.string().max(300),
  count: z.int().positive(),
  firstSeen: timestamp,
  lastSeen: timestamp,
});
export type Violation = z.output<typeof violation>;

/** What was reported of one service or application. */
export const reportedViolations = z.object({
  items: z.array(violation).max(200),
  /** Reports of what found no place among them any more. */
  dropped: z.int().nonnegative(),
});
export type ReportedViolations = z.output<typeof reportedViolations>;

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
      violations: reportedViolations.prefault({ items: [], dropped: 0 }),
    }),
  ),
});
export type GatewayStats = z.output<typeof gatewayStats>;
export type GatewayServiceStats = GatewayStats['services'][number];
export type GatewayCounters = z.output<typeof counters>;
