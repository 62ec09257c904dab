import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { createOutbound, HostFault, type Outbound, readReach, Secret } from '@almanac/host';
import { levels } from 'pino';
import type { AuditSink } from '#features/audit';
import type { MailServer } from '#features/notifications';
import type { Rate } from '#platform/http';
import { type KeyPlace, readKeyPlace } from '#platform/secrets';
import { readMailServer } from './mail-config.ts';
import { refuseMisspelled } from './refuse-misspelled.ts';
import { readTransport, type Transport } from './transport-config.ts';

const outboundSetting = 'ALMANAC_OUTBOUND_INTERNAL';

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** A PostgreSQL of yours; the embedded one when absent. */
  readonly databaseUrl: Secret | undefined;
  /** Under which address people and agents reach this server. */
  readonly publicUrl: string;
  readonly allowedHosts: ReadonlySet<string>;
  readonly transport: Transport;
  readonly rates: { readonly known: Rate; readonly unknown: Rate };
  readonly consoleDirectory: string | undefined;
  /** Where tokens for the processes that start together with the server are written. */
  readonly bootstrapTokens: string | undefined;
  /** How the server reaches what others name: webhooks, receivers of checkpoints, providers of identities. */
  readonly outbound: Outbound;
  /** Whether people may sign in with providers that speak SAML. */
  readonly saml: boolean;
  /** No e-mail is sent without one. */
  readonly mail: MailServer | undefined;
  /** Where checkpoints of the audit go. */
  readonly auditSink: AuditSink | undefined;
  /** How many days the audit is kept; for ever when absent. */
  readonly auditKeptDays: number | undefined;
  /** Where the master key of the secrets is; a file in the data directory when absent. */
  readonly masterKey: KeyPlace | undefined;
  readonly logLevel: string;
}

/** What the server reads of the environment. */
export const serverSettings = [
  'ALMANAC_HOST',
  'ALMANAC_PORT',
  'ALMANAC_DATA',
  'ALMANAC_PUBLIC_URL',
  'ALMANAC_CONSOLE_DIR',
  'ALMANAC_BOOTSTRAP_TOKENS',
  'ALMANAC_TLS_CERT_FILE',
  'ALMANAC_TLS_KEY_FILE',
  'ALMANAC_TRUSTED_PROXIES',
  'ALMANAC_INSECURE_HTTP',
  'ALMANAC_ACME_DIR',
  'ALMANAC_ACME_PORT',
  'ALMANAC_REQUESTS_PER_MINUTE',
  'ALMANAC_UNKNOWN_REQUESTS_PER_MINUTE',
  'ALMANAC_OUTBOUND_INTERNAL',
  'ALMANAC_OUTBOUND_PORTS',
  'ALMANAC_SAML',
  'ALMANAC_SMTP_URL',
  'ALMANAC_SMTP_PASSWORD',
  'ALMANAC_SMTP_PASSWORD_FILE',
  'ALMANAC_SMTP_STARTTLS',
  'ALMANAC_SMTP_CA_FILE',
  'ALMANAC_MAIL_FROM',
  'ALMANAC_AUDIT_SINK',
  'ALMANAC_AUDIT_RETENTION_DAYS',
  'ALMANAC_KEY_FILE',
  'ALMANAC_KEY_COMMAND',
  'ALMANAC_LOG_LEVEL',
  'DATABASE_URL',
] as const;

/**
 * Reads the configuration from the environment. Nothing that protects is off by mistake: what is set and cannot be used, or is
 * empty, ends the start.
 *
 * @throws {HostFault} with one sentence that names the setting
 */
export function readConfig(environment: NodeJS.ProcessEnv): ServerConfig {
  refuseMisspelled(environment, serverSettings);
  const empty = serverSettings.find((name) => environment[name]?.trim() === '');
  if (empty !== undefined) throw new HostFault(`${empty} is set and empty; give it a value, or take it away`);
  const host = environment['ALMANAC_HOST'] ?? '127.0.0.1';
  if (isIP(host) === 0 && !hostName.test(host))
    throw new HostFault(`ALMANAC_HOST must be an address or a name of this machine, not "${host}"`);
  const portText = environment['ALMANAC_PORT'] ?? '7400';
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    throw new HostFault(`ALMANAC_PORT must be a port, not "${environment['ALMANAC_PORT']}"`);
  const publicUrl = environment['ALMANAC_PUBLIC_URL'];
  if (publicUrl !== undefined && !/^https?:$/.test(URL.parse(publicUrl)?.protocol ?? ''))
    throw new HostFault(`ALMANAC_PUBLIC_URL must be a URL of http or https, not "${publicUrl}"`);
  const logLevel = environment['ALMANAC_LOG_LEVEL'] ?? 'info';
  if (!logLevels.includes(logLevel))
    throw new HostFault(`ALMANAC_LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${logLevel}"`);
  if (environment['ALMANAC_NOTIFICATIONS_INTERNAL'] !== undefined)
    throw new HostFault(
      `ALMANAC_NOTIFICATIONS_INTERNAL is ${outboundSetting} now; it holds for git and everything else`,
    );
  const outbound = createOutbound(readReach(environment, outboundSetting));
  const transport = readTransport(environment, host);
  const scheme = transport.certificate === undefined ? 'http' : 'https';
  const named = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  return {
    host,
    port,
    data: resolve(environment['ALMANAC_DATA'] ?? '.almanac'),
    databaseUrl: readDatabaseUrl(environment),
    publicUrl: publicUrl ?? `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    transport,
    rates: {
      known: readRate(environment, { setting: 'ALMANAC_REQUESTS_PER_MINUTE', usual: 600, share: 6 }),
      unknown: readRate(environment, { setting: 'ALMANAC_UNKNOWN_REQUESTS_PER_MINUTE', usual: 60, share: 1 }),
    },
    allowedHosts: new Set(['127.0.0.1', 'localhost', '[::1]', host, ...named]),
    consoleDirectory: environment['ALMANAC_CONSOLE_DIR'],
    bootstrapTokens: environment['ALMANAC_BOOTSTRAP_TOKENS'],
    outbound,
    saml: readSwitch(environment, 'ALMANAC_SAML'),
    mail: readMailServer(environment),
    auditSink: readAuditSink(environment['ALMANAC_AUDIT_SINK'], outbound),
    auditKeptDays: readDays(environment['ALMANAC_AUDIT_RETENTION_DAYS']),
    masterKey: readKeyPlace(environment),
    logLevel,
  };
}

/** What is off unless it is said to be on. */
function readSwitch(environment: NodeJS.ProcessEnv, setting: string): boolean {
  const said = environment[setting] ?? 'off';
  if (said !== 'on' && said !== 'off') throw new HostFault(`${setting} must be on or off, not "${said}"`);
  return said === 'on';
}

/** So many in a minute, and the `share`th part of them at once. */
function readRate(
  environment: NodeJS.ProcessEnv,
  input: { readonly setting: string; readonly usual: number; readonly share: number },
): Rate {
  const perMinute = Number(environment[input.setting] ?? input.usual);
  if (!Number.isInteger(perMinute) || perMinute < 1)
    throw new HostFault(`${input.setting} must be a whole number above 0, not "${environment[input.setting]}"`);
  return { perMinute, burst: Math.ceil(perMinute / input.share) };
}

const hostName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

const logLevels = [...Object.keys(levels.values), 'silent'];

/**
 * Which PostgreSQL is used, from `DATABASE_URL`; the embedded one when it is not set. It holds a password, which no refusal shows.
 *
 * @throws {HostFault} when it is no address of a PostgreSQL
 */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv): Secret | undefined {
  const { DATABASE_URL: text } = environment;
  if (text === undefined) return undefined;
  if (!/^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new HostFault(
      'DATABASE_URL must be the address of a PostgreSQL: postgres://user:password@host:port/database',
    );
  return new Secret(text);
}

function readAuditSink(text: string | undefined, outbound: Outbound): AuditSink | undefined {
  if (text === undefined) return undefined;
  if (isAbsolute(text)) return { kind: 'file', path: text };
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    const refusal = outbound.refusalOfUrl(new URL(text));
    if (refusal !== undefined) throw new HostFault(`ALMANAC_AUDIT_SINK: ${refusal}`);
    return { kind: 'http', url: text };
  }
  throw new HostFault(`ALMANAC_AUDIT_SINK must be the absolute path of a file, or an http(s) URL, not "${text}"`);
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1)
    throw new HostFault(`ALMANAC_AUDIT_RETENTION_DAYS must be a whole number of days, not "${text}"`);
  return days;
}
