import { isIP } from 'node:net';
import { HostFault } from '@almanac/host';
import type { CertificateFiles } from '#platform/http';

/** How people and agents come to this server. */
export interface Transport {
  /** Certificate and key of this server; plain HTTP without. */
  readonly certificate: CertificateFiles | undefined;
  /** Where an ACME client writes answers to challenges, and the port on which they are served. */
  readonly challenges: { readonly directory: string; readonly port: number } | undefined;
  readonly trustedProxies: readonly string[];
  /** Plain HTTP to other machines, which somebody said is all right. */
  readonly openly: boolean;
}

/**
 * Reads how this server is reached. Nothing but loopback is spoken to in plain HTTP unless the operator says so.
 *
 * @throws {HostFault} with what to do
 */
export function readTransport(environment: NodeJS.ProcessEnv, host: string): Transport {
  const certificate = certificateOf(environment);
  const trustedProxies = proxiesOf(environment['ALMANAC_TRUSTED_PROXIES']);
  const insecure = environment['ALMANAC_INSECURE_HTTP'] ?? '';
  if (insecure !== '' && insecure !== '1')
    throw new HostFault(`ALMANAC_INSECURE_HTTP is 1 or not set, not "${insecure}"`);
  const outside = certificate === undefined && !isLoopback(host);
  if (outside && trustedProxies.length === 0 && insecure === '')
    throw new HostFault(
      `with ALMANAC_HOST=${host} passwords would cross the network in plain text: give ALMANAC_TLS_CERT_FILE and ` +
        'ALMANAC_TLS_KEY_FILE; or name the proxy that does TLS in front in ALMANAC_TRUSTED_PROXIES; or, where everything on ' +
        'the way is trusted, set ALMANAC_INSECURE_HTTP=1',
    );
  return { certificate, challenges: challengesOf(environment), trustedProxies, openly: outside && insecure === '1' };
}

function certificateOf(environment: NodeJS.ProcessEnv): CertificateFiles | undefined {
  const certificate = environment['ALMANAC_TLS_CERT_FILE'] ?? '';
  const key = environment['ALMANAC_TLS_KEY_FILE'] ?? '';
  if (certificate === '' && key === '') return undefined;
  if (certificate === '' || key === '')
    throw new HostFault('ALMANAC_TLS_CERT_FILE and ALMANAC_TLS_KEY_FILE belong together: set both');
  return { certificate, key };
}

function challengesOf(environment: NodeJS.ProcessEnv): Transport['challenges'] {
  const directory = environment['ALMANAC_ACME_DIR'] ?? '';
  const port = Number(environment['ALMANAC_ACME_PORT'] ?? 80);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new HostFault(`ALMANAC_ACME_PORT must be a port, not "${environment['ALMANAC_ACME_PORT']}"`);
  return directory === '' ? undefined : { directory, port };
}

function proxiesOf(text: string | undefined): readonly string[] {
  const entries = (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  for (const entry of entries) {
    const [address = '', bits, more] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const valid = family !== 0 && more === undefined && (bits === undefined || /^\d{1,3}$/.test(bits));
    if (!valid || Number(bits ?? 1) > most || Number(bits ?? 1) < 1)
      throw new HostFault(`ALMANAC_TRUSTED_PROXIES: ${entry} is neither an address nor a network such as 10.0.0.0/8`);
  }
  return entries;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
