/** What stays at home of modules and packages that connect; whatever else of them is imported is a way out. */
export const staysAtHome: Readonly<Record<string, readonly string[]>> = {
  http: ['createServer', 'Server', 'STATUS_CODES'],
  https: [],
  http2: ['createSecureServer'],
  net: ['BlockList', 'createServer', 'isIP', 'isIPv4', 'isIPv6', 'Server'],
  tls: ['createSecureContext'],
  jose: ['customFetch', 'errors', 'jwtVerify'],
  ldapts: [...['AndFilter', 'EqualityFilter', 'Filter', 'FilterParser', 'PasswordPolicyControl', 'ResultCodeError']],
  'openid-client': [
    ...['AuthorizationResponseError', 'ClientError', 'ResponseBodyError', 'WWWAuthenticateChallengeError'],
    ...['allowInsecureRequests', 'clockTolerance', 'customFetch', 'enableNonRepudiationChecks'],
    ...['ClientSecretBasic', 'ClientSecretPost', 'None'],
    ...['buildAuthorizationUrl', 'buildEndSessionUrl', 'calculatePKCECodeChallenge'],
    ...['randomNonce', 'randomPKCECodeVerifier', 'randomState'],
  ],
};

/** Modules of Node that know no network. One that is neither here nor above counts as a way out until somebody looked. */
export const modulesWithoutNetwork: ReadonlySet<string> = new Set([
  ...[
    'buffer',
    'crypto',
    'events',
    'fs',
    'fs/promises',
    'os',
    'path',
    'path/posix',
    'perf_hooks',
    'readline',
    'readline/promises',
  ],
  ...[
    'stream',
    'stream/promises',
    'string_decoder',
    'timers',
    'timers/promises',
    'url',
    'util',
    'worker_threads',
    'zlib',
  ],
  // Programs that are started have a table of their own, in programs.ts.
  'child_process',
]);

/** Packages that connect to nothing by themselves. One that is neither here nor above counts as a way out. */
export const packagesWithoutNetwork: ReadonlySet<string> = new Set([
  ...['@fastify/cookie', '@fastify/helmet', '@fastify/rate-limit', '@fastify/static', '@fastify/websocket', 'fastify'],
  // Hashes passwords by a program of its own for each system.
  '@node-rs/argon2',
  ...['@simplewebauthn/server', '@xmldom/xmldom', '@zxcvbn-ts/language-common', 'fast-xml-parser', 'ipaddr.js'],
  ...['commander', 'kysely', 'oxc-parser', 'otpauth', 'pg-copy-streams', 'pino', 'prom-client', 'rrule-temporal'],
  // Draws cases for tests.
  'fast-check',
  ...['saxes', 'semver', 'tar-stream', 'xml-crypto', 'yaml', 'zod'],
]);

/** Where something leaves a process of ours, and why it may. */
export interface WayOut {
  readonly uses: readonly string[];
  readonly because: string;
}

const database = 'the database of this installation, whose address is the operator’s';
const siteDatabase = 'the PostgreSQL that this agent started on this machine';
const itsServer = 'the server of this agent, whose address the operator gave; redirects are not followed';

/** Every way out beside the domain of tests and tools. A new one is looked at here: what others name goes by the outbound client. */
export const waysOut: Readonly<Record<string, WayOut>> = {
  'packages/host/src/network/judged-connection.ts': {
    uses: ['net connect'],
    because: 'part of the outbound client: it connects to what was judged',
  },
  'packages/host/src/network/outbound.ts': {
    uses: ['http request', 'https request'],
    because: 'the outbound client itself',
  },
  'packages/host/src/network/reachable-address.ts': {
    uses: ['dns/promises lookup'],
    because: 'part of the outbound client: it judges each address of a name',
  },
  'packages/client/src/client.ts': {
    uses: ['fetch'],
    because: 'the server that whoever uses the command line or the console, or runs a builder, gave',
  },
  'apps/cli/src/commands/account/login.ts': { uses: ['fetch'], because: 'the server to which somebody signs in' },
  'apps/console/src/api.ts': {
    uses: ['fetch'],
    because: 'runs in the browser, whose page policy allows the server alone',
  },
  'apps/console/src/live.ts': {
    uses: ['EventSource'],
    because: 'runs in the browser, whose page policy allows the server alone',
  },
  'apps/server/src/platform/database/open-database.ts': { uses: ['pg'], because: database },
  'apps/server/src/platform/events/event-feed.ts': { uses: ['pg'], because: database },
  'apps/server/src/platform/jobs/run-background.ts': { uses: ['graphile-worker'], because: database },
  'apps/server/src/backup/copy-tables.ts': { uses: ['pg'], because: database },
  'apps/server/src/backup/create-backup.ts': { uses: ['pg'], because: database },
  'apps/server/src/backup/restore-backup.ts': { uses: ['pg'], because: database },
  'apps/server/src/features/notifications/send-email.ts': {
    uses: ['nodemailer'],
    because: 'the mail server of the operator; a letter names no file and no address that it would fetch',
  },
  'apps/server/src/features/identity-providers/ldap-socket.ts': {
    uses: ['tls connect', 'ldapts Client'],
    because: 'TLS and LDAP on a socket that the outbound client opened, and on no other',
  },
  'apps/server/src/features/identity-providers/oidc-client.ts': {
    uses: ['jose createRemoteJWKSet', 'openid-client Configuration', 'openid-client discovery'],
    because: 'both are given the fetch of the outbound client',
  },
  'apps/server/src/features/identity-providers/oidc-protocol.ts': {
    uses: ['openid-client authorizationCodeGrant', 'openid-client fetchUserInfo', 'openid-client refreshTokenGrant'],
    because: 'asks with the configuration of oidc-client.ts, and so with the fetch of the outbound client',
  },
  'apps/gateway/src/backends/backend-connection.ts': {
    uses: ['net connect'],
    because: 'the instances of this site, by port on 127.0.0.1',
  },
  'apps/gateway/src/upgrade.ts': {
    uses: ['http request'],
    because: 'the instances of this site, by port on 127.0.0.1',
  },
  'apps/gateway/src/control.ts': { uses: ['net connect'], because: 'whether somebody listens on its own socket file' },
  'apps/gateway/src/server.ts': { uses: ['net Socket'], because: 'only tells sockets that came in from other streams' },
  'apps/agent/src/identity/site-identity.ts': { uses: ['fetch'], because: itsServer },
  'apps/agent/src/artifacts/take-transfer.ts': { uses: ['fetch'], because: itsServer },
  'apps/agent/src/artifacts/fetch-content.ts': { uses: ['fetch'], because: itsServer },
  'apps/agent/src/transport/connect.ts': { uses: ['ws'], because: itsServer },
  'apps/agent/src/local/local-command.ts': { uses: ['fetch'], because: 'the agent of this machine, on 127.0.0.1' },
  'apps/agent/src/runtimes/process-runtime.ts': {
    uses: ['http request'],
    because: 'health checks of instances, by port on 127.0.0.1',
  },
  'apps/agent/src/traffic/gateway-client.ts': { uses: ['http request'], because: 'the socket file of its gateway' },
  'apps/agent/src/traffic/haproxy/haproxy-cli.ts': { uses: ['net connect'], because: 'the socket file of its HAProxy' },
  'apps/agent/src/traffic/haproxy/request-log.ts': {
    uses: ['dgram createSocket'],
    because: 'hears what its HAProxy logs, on 127.0.0.1, and sends nothing',
  },
  'apps/agent/src/connections/site-postgres.ts': { uses: ['pg'], because: siteDatabase },
  'apps/agent/src/connections/cluster-backup.ts': { uses: ['pg'], because: siteDatabase },
};
