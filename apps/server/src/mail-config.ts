import { readFileSync } from 'node:fs';
import { HostFault, Secret } from '@almanac/host';
import type { MailServer } from '#features/notifications';

/**
 * Reads which mail server to use: `ALMANAC_SMTP_URL` as `smtp://user@host:587` (STARTTLS is required) or
 * `smtps://user@host` (TLS from the beginning), with its password in `ALMANAC_SMTP_PASSWORD` or in the file that
 * `ALMANAC_SMTP_PASSWORD_FILE` names. Undefined when there is none.
 *
 * @throws {HostFault} with one sentence when a value cannot be used
 */
export function readMailServer(environment: NodeJS.ProcessEnv): MailServer | undefined {
  const text = environment['ALMANAC_SMTP_URL'];
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
    throw new HostFault('ALMANAC_SMTP_URL must be smtp://user@host:port or smtps://user@host:port');
  if (url.password !== '')
    throw new HostFault(
      'the password of the mail server belongs into ALMANAC_SMTP_PASSWORD or ALMANAC_SMTP_PASSWORD_FILE',
    );
  const from = environment['ALMANAC_MAIL_FROM'];
  if (from === undefined || !/^[^\r\n@]*@[^\r\n]*$/.test(from))
    throw new HostFault('ALMANAC_MAIL_FROM must say from whom letters come, as in Almanac <almanac@example.com>');
  const isImplicit = url.protocol === 'smtps:';
  const starttls = environment['ALMANAC_SMTP_STARTTLS'] ?? 'required';
  if (starttls !== 'required' && starttls !== 'never')
    throw new HostFault('ALMANAC_SMTP_STARTTLS is required (the default) or never');
  const authority = fileOf(environment, 'ALMANAC_SMTP_CA_FILE');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? 'implicit' : starttls === 'required' ? 'starttls' : 'none',
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: readPassword(environment),
    ...(authority === undefined ? {} : { authority }),
    from,
  };
}

function readPassword(environment: NodeJS.ProcessEnv): Secret | undefined {
  const text = environment['ALMANAC_SMTP_PASSWORD'] ?? fileOf(environment, 'ALMANAC_SMTP_PASSWORD_FILE')?.trim();
  if (text === '') throw new HostFault('ALMANAC_SMTP_PASSWORD_FILE names a file that is empty');
  return text === undefined ? undefined : new Secret(text);
}

function fileOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = environment[name];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new HostFault(`${name} names a file that cannot be read: ${file}`);
  }
}
