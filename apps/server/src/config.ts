import { isAbsolute, resolve } from 'node:path';
import { HostFault, type Reach, readReach } from '@almanac/host';
import type { AuditSink } from '#features/audit';
import type { MailServer } from '#features/notifications';
import { readMailServer } from './mail-config.ts';

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** A PostgreSQL of yours; the embedded one when absent. */
  readonly databaseUrl: string | undefined;
  /** Under which address people and agents reach this server. */
  readonly publicUrl: string;
  readonly allowedHosts: ReadonlySet<string>;
  readonly consoleDirectory: string | undefined;
  /** Where tokens for the processes that start together with the server are written. */
  readonly bootstrapTokens: string | undefined;
  /** Where notifications may go. */
  readonly reach: Reach;
  /** No e-mail is sent without one. */
  readonly mail: MailServer | undefined;
  /** Where checkpoints of the audit go. */
  readonly auditSink: AuditSink | undefined;
  /** How many days the audit is kept; for ever when absent. */
  readonly auditKeptDays: number | undefined;
  readonly logLevel: string;
}

/**
 * Reads the configuration from the environment.
 *
 * @throws {HostFault} with one sentence when a value cannot be used
 */
export function readConfig(environment: NodeJS.ProcessEnv): ServerConfig {
  const host = environment['ALMANAC_HOST'] ?? '127.0.0.1';
  const port = Number(environment['ALMANAC_PORT'] ?? 7400);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new HostFault(`ALMANAC_PORT must be a port, not "${environment['ALMANAC_PORT']}"`);
  const publicUrl = environment['ALMANAC_PUBLIC_URL'];
  if (publicUrl !== undefined && !URL.canParse(publicUrl))
    throw new HostFault(`ALMANAC_PUBLIC_URL must be a URL, not "${publicUrl}"`);
  const named = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  return {
    host,
    port,
    data: resolve(environment['ALMANAC_DATA'] ?? '.almanac'),
    databaseUrl: environment['DATABASE_URL'] || undefined,
    publicUrl: publicUrl ?? `http://${host}:${port}`,
    allowedHosts: new Set(['127.0.0.1', 'localhost', '[::1]', host, ...named]),
    consoleDirectory: environment['ALMANAC_CONSOLE_DIR'],
    bootstrapTokens: environment['ALMANAC_BOOTSTRAP_TOKENS'],
    reach: readReach(environment, 'ALMANAC_NOTIFICATIONS_INTERNAL'),
    mail: readMailServer(environment),
    auditSink: readAuditSink(environment['ALMANAC_AUDIT_SINK']),
    auditKeptDays: readDays(environment['ALMANAC_AUDIT_RETENTION_DAYS']),
    logLevel: environment['ALMANAC_LOG_LEVEL'] ?? 'info',
  };
}

function readAuditSink(text: string | undefined): AuditSink | undefined {
  if (text === undefined || text === '') return undefined;
  if (isAbsolute(text)) return { kind: 'file', path: text };
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return { kind: 'http', url: text };
  throw new HostFault(`ALMANAC_AUDIT_SINK must be the absolute path of a file, or an http(s) URL, not "${text}"`);
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1)
    throw new HostFault(`ALMANAC_AUDIT_RETENTION_DAYS must be a whole number of days, not "${text}"`);
  return days;
}
