import { HostFault } from '@almanac/host';
import { describe, expect, it } from 'vitest';
import { readTransport } from './transport-config.ts';

const files = { ALMANAC_TLS_CERT_FILE: '/tls/cert.pem', ALMANAC_TLS_KEY_FILE: '/tls/key.pem' };

describe('an address for other machines', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'almanac.example.com'])(
    '%s is not served in plain HTTP by mistake',
    (host) => {
      expect(() => readTransport({}, host)).toThrow(
        /ALMANAC_TLS_CERT_FILE.*ALMANAC_TRUSTED_PROXIES.*ALMANAC_INSECURE_HTTP=1/,
      );
    },
  );

  it.each([
    [files, false],
    [{ ALMANAC_TRUSTED_PROXIES: '10.0.0.5, 10.1.0.0/16' }, false],
    [{ ALMANAC_INSECURE_HTTP: '1' }, true],
    [{ ...files, ALMANAC_INSECURE_HTTP: '1' }, false],
  ])('is served with %j', (environment, openly) => {
    expect(readTransport(environment, '0.0.0.0').openly).toBe(openly);
  });

  it.each(['127.0.0.1', '127.0.0.9', '::1', 'localhost'])('is not what %s is', (host) => {
    expect(readTransport({}, host)).toMatchObject({ certificate: undefined, openly: false });
  });
});

describe('a setting of it', () => {
  it.each([
    [{ ALMANAC_TLS_CERT_FILE: '/tls/cert.pem' }, /belong together/],
    [{ ALMANAC_INSECURE_HTTP: 'true' }, /is 1 or not set/],
    [{ ALMANAC_TRUSTED_PROXIES: 'proxy' }, /proxy is neither/],
    [{ ALMANAC_TRUSTED_PROXIES: '10.0.0.0/33' }, /neither/],
    [{ ALMANAC_TRUSTED_PROXIES: '0.0.0.0/0' }, /neither/],
    [{ ALMANAC_ACME_DIR: '/acme', ALMANAC_ACME_PORT: 'x' }, /ALMANAC_ACME_PORT/],
  ])('is refused where it is wrong: %j', (environment, sentence) => {
    expect(() => readTransport(environment, '127.0.0.1')).toThrow(HostFault);
    expect(() => readTransport(environment, '127.0.0.1')).toThrow(sentence);
  });
});
