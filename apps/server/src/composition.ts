import type { Server as SecureServer } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { admit, refuse } from '@almanac/domain';
import { startPostgres } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type pg from 'pg';
import { type Logger, pino } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createAuthenticator, ensureSetupToken, writeBootstrapTokens } from '#features/access';
import { countRefusedOrigins, followAllowLists } from '#features/allow-lists';
import { createArtifactStore, createTransfers } from '#features/artifacts';
import { accessGuard, accessOf } from '#features/authorization';
import { ensureSigningKey } from '#features/signing-keys';
import { agentByToken } from '#features/sites';
import { checkDurable, migrate, openDatabase } from '#platform/database';
import { createEventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import {
  collectViolations,
  createGate,
  createRefusalCounter,
  createServer,
  describeApi,
  type Endpoint,
  followCertificate,
  type Gate,
  guardEntrances,
  identify,
  isLocal,
  mountEndpoints,
  readCertificate,
  serveConsole,
  sessionCookieFor,
  startChallengeServer,
} from '#platform/http';
import { prepareJobs, runBackground } from '#platform/jobs';
import { loggedError } from '#platform/observability';
import { openSecretBox, Secret, sourceOfMasterKey } from '#platform/secrets';
import { settleAfterRestore } from './backup/settle-after-restore.ts';
import type { ServerConfig } from './config.ts';
import { listFeatures } from './features/index.ts';
import { createInTransaction } from './platform/transaction.ts';
import { serverVersion } from './version.ts';

export interface RunningServer {
  readonly url: string;
  /** Where the first administrator is made, while there is none. */
  readonly setupUrl: string | undefined;
  readonly http: FastifyInstance;
  readonly stop: () => Promise<void>;
}

/** What is under way when the server stops may take so long to end. */
const drainMs = 4000;

/** Connections that may come at the same moment; Node's 511 would let the rest try again for seconds (tcp(7)). */
const backlog = 4096;
/** Tries at setup links, password links and enrolments that one address may make in a minute. */
const guessLimit = 20;
/**
 * More at a time than keeps PostgreSQL and this process busy, and so few that the last one is still answered soon: what
 * comes above that is refused with 503 and Retry-After.
 */
const gateLimits = { atWork: 64, waiting: 256, patience: 1000 };

/** What tests look at from inside, where a real server is what they want. */
export interface ServerSeams {
  readonly endpoint?: (endpoint: Endpoint) => Endpoint;
  /** Told of every route that is mounted, whoever mounts it. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void;
}

/** The only place that makes adapters and hands them to features. */
export async function startServer(
  config: ServerConfig,
  onDatabaseLost?: () => void,
  { endpoint = (given) => given, onRoute }: ServerSeams = {},
): Promise<RunningServer> {
  const log = pino(
    {
      level: config.logLevel,
      base: { part: 'server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: loggedError },
      hooks: { streamWrite: escapeControls },
    },
    pino.destination({ dest: 2, sync: false }),
  );
  const onError = (error: unknown) => log.error({ err: error }, 'background work failed; it will be tried again');
  const startedAt = new Date();
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const connection = await connect(config, closers, () => {
      log.fatal('PostgreSQL ended; the server ends too, and whoever keeps it running starts both again');
      onDatabaseLost?.();
    });
    const database = openDatabase({ config: connection, onError });
    closers.push(database.close);
    const { version } = await checkDurable(database.db);
    await migrate(database.db, fileURLToPath(new URL('./migrations', import.meta.url)));
    await prepareJobs(database.pool);
    const feed = await createEventFeed({ db: database.db, listenConfig: connection, onError });
    closers.push(feed.close);
    const inTransaction = createInTransaction({ db: database.db, accessOf, onCommitted: feed.hint });
    const refusals = createRefusalCounter(inTransaction);
    closers.push(refusals.flush);
    const stopping = new AbortController();
    const box = await openSecretBox(database.db, sourceOfMasterKey(config));
    await ensureSigningKey(database.db, { box, file: join(config.data, 'keys', 'signing.pem') });
    const artifactDirectory = join(config.data, 'artifacts');
    const artifacts = await createArtifactStore(artifactDirectory);
    const transfers = await createTransfers({ directory: artifactDirectory, store: artifacts, onError });
    closers.push(async () => transfers.close());
    const entrances = await followAllowLists({ db: database.db, feed, onError });
    closers.push(async () => entrances.close());
    const features = listFeatures({
      db: database.db,
      data: config.data,
      feed,
      onError,
      artifacts,
      transfers,
      box,
      entrances,
      ownDatabase: config.databaseUrl,
      notifications: {
        outbound: config.outbound,
        mail: config.mail,
        publicUrl: config.publicUrl,
        userAgent: `Almanac/${serverVersion}`,
      },
      saml: config.saml,
      audit: { sink: config.auditSink, keptDays: config.auditKeptDays, outbound: config.outbound, refusals },
      about: { version: serverVersion, database: { version, embedded: config.databaseUrl === undefined }, startedAt },
    });
    const sessionCookie = sessionCookieFor(config.publicUrl);
    const gate = createGate(gateLimits);
    const secure = config.publicUrl.startsWith('https:');
    const { transport } = config;
    const http = await createServer({
      log,
      allowedHosts: config.allowedHosts,
      secure,
      tls: transport.certificate === undefined ? undefined : await readCertificate(transport.certificate),
      trustedProxies: transport.trustedProxies,
    });
    const refusedOrigins = countRefusedOrigins({ refusals, log, onError });
    const entranceGuard = guardEntrances(http, { entrances, onRefused: refusedOrigins.note });
    if (onRoute !== undefined) http.addHook('onRoute', onRoute);
    closers.push(() => drain(http, stopping));
    await openTransport({ http, config, log, closers });
    const authenticator = createAuthenticator({
      db: database.db,
      agentByToken: (hash) => agentByToken(database.db, hash),
    });
    mountEndpoints(http, {
      endpoints: features.flatMap((feature) => feature.endpoints.map(endpoint)),
      authenticator,
      guard: accessGuard,
      db: database.db,
      inTransaction,
      guessLimit,
      refusals,
      gate,
      entrances: entranceGuard,
      rates: config.rates,
      sessionCookie,
      answerBox: {
        close: (text, id) => box.close(new Secret(text), { kind: 'answer', id }),
        open: (sealed, id) => box.open(sealed, { kind: 'answer', id }).reveal(),
      },
      stopping: stopping.signal,
    });
    const context = { db: database.db, inTransaction, signal: stopping.signal };
    for (const feature of features) await feature.mount?.(http, context);
    await mountOperations(http, {
      gate,
      measureRefusedOrigins: refusedOrigins.measure,
      features,
      ready: async () => void (await sql`select 1`.execute(database.db)),
      mayMeasure: async (request) => {
        if (isLocal(request)) return true;
        return admit(await identify(request, { authenticator, sessionCookie }), 'right:manage-installation').allowed;
      },
    });
    await settleAfterRestore({ inTransaction, features });
    await serveConsole(http, config.consoleDirectory);
    if (config.bootstrapTokens !== undefined)
      await writeBootstrapTokens({
        inTransaction,
        directory: config.bootstrapTokens,
        isValid: async (hash) =>
          (await database.db.selectFrom('apiTokens').select('id').where('tokenHash', '=', hash).executeTakeFirst()) !==
          undefined,
      });
    const setup = await ensureSetupToken({ inTransaction, directory: config.data });
    if (setup.closed !== undefined) log.error(setup.closed);
    const background = await runBackground({
      pool: database.pool,
      features,
      context,
      complain: (error, what) => log.error({ err: error, what }, 'background work failed; it will be tried again'),
    });
    closers.push(background.stop);
    const address = await http.listen({ host: config.host, port: config.port, backlog });
    const url = config.port === 0 ? address : config.publicUrl;
    if (transport.openly) log.warn('plain HTTP is spoken to other machines, because ALMANAC_INSECURE_HTTP says so');
    log.info({ url, version: serverVersion, postgres: version }, 'server ready');
    return { url, http, stop, setupUrl: setup.token === undefined ? undefined : `${url}/setup?token=${setup.token}` };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** What is around the server while it listens: renewed certificates, and the challenges by which they are renewed. */
async function openTransport(input: {
  readonly http: FastifyInstance;
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly closers: (() => Promise<void>)[];
}): Promise<void> {
  const { http, log, closers } = input;
  const { transport, host, publicUrl } = input.config;
  if (transport.certificate !== undefined) {
    const followed = followCertificate(http.server as unknown as SecureServer, {
      files: transport.certificate,
      complain: (error) => log.error({ err: error }, 'the certificate cannot be renewed; the one before stays in use'),
    });
    closers.push(async () => followed.stop());
  }
  if (transport.challenges !== undefined) {
    const challenges = await startChallengeServer({ ...transport.challenges, host, publicUrl });
    closers.push(async () => void challenges.close());
  }
}

/** Streams and waiters are sent away, requests under way end; what hangs is cut off. */
async function drain(http: FastifyInstance, stopping: AbortController): Promise<void> {
  stopping.abort();
  const patience = setTimeout(() => http.server.closeAllConnections(), drainMs);
  // A connection whose last answer began before the stop would be kept alive for the next one.
  const sweep = setInterval(() => http.server.closeIdleConnections(), 50);
  try {
    await http.close();
  } finally {
    clearTimeout(patience);
    clearInterval(sweep);
  }
}

/** Yours by DATABASE_URL, else the embedded one, which stops together with this process. */
async function connect(
  config: ServerConfig,
  closers: (() => Promise<void>)[],
  onLost: () => void,
): Promise<pg.ClientConfig> {
  if (config.databaseUrl !== undefined) return { connectionString: config.databaseUrl.reveal() };
  const postgres = await startPostgres({
    dataDirectory: join(config.data, 'postgres'),
    logFile: join(config.data, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  let stopping = false;
  void postgres.ended.then(() => !stopping && onLost());
  closers.push(() => {
    stopping = true;
    return postgres.stop();
  });
  const { host, port, user, database } = postgres.connection;
  return { host, port, user, database };
}

/** What operators and orchestrators ask: alive, ready, metrics, and the description of the API. */
async function mountOperations(
  http: FastifyInstance,
  input: {
    readonly gate: Gate;
    readonly measureRefusedOrigins: (registry: Registry) => void;
    readonly features: readonly Feature[];
    readonly ready: () => Promise<void>;
    readonly mayMeasure: (request: FastifyRequest) => Promise<boolean>;
  },
): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'almanac_' });
  measureGate(registry, input.gate);
  input.measureRefusedOrigins(registry);
  for (const feature of input.features) feature.measure?.(registry);
  const violations = new Counter({
    name: 'almanac_console_violations_total',
    help: 'Reports of browsers that a page of the console did what its policy does not allow',
    registers: [registry],
  });
  await collectViolations(http, () => violations.inc());
  const toEverybody = { config: { entrance: 'everybody' } } as const;
  http.get('/healthz', toEverybody, async () => ({ status: 'alive' }));
  http.get('/readyz', toEverybody, async (_request, reply) => {
    try {
      await input.ready();
      return { status: 'ready' };
    } catch {
      return reply.code(503).header('retry-after', '5').send({ status: 'the database does not answer' });
    }
  });
  http.get('/metrics', async (request, reply) => {
    if (!(await input.mayMeasure(request)))
      return refuse('not-permitted', 'metrics are for this machine and for administrators (an API token as Bearer)');
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  const document = describeApi(serverVersion);
  http.get('/api/v1/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
}

function measureGate(registry: Registry, gate: Gate): void {
  const registers = [registry];
  new Gauge({
    name: 'almanac_http_requests_at_work',
    help: 'API requests that are worked on now',
    registers,
    collect() {
      this.set(gate.counts().atWork);
    },
  });
  new Gauge({
    name: 'almanac_http_requests_waiting',
    help: 'API requests that wait for a place',
    registers,
    collect() {
      this.set(gate.counts().waiting);
    },
  });
  new Counter({
    name: 'almanac_http_requests_refused_total',
    help: 'API requests that were refused with 503 because there were too many',
    registers,
    collect() {
      this.reset();
      this.inc(gate.counts().refused);
    },
  });
}
