import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HostFault } from '../host-fault.ts';
import { createReach, isPublicAddress, type Reach, readReach } from './reachable-address.ts';

const setting = 'INTERNAL_HOSTS';
const reach = createReach({ internal: [], setting });

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456:789a::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '3fff::1',
    'not an address',
    '',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('a URL', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://app.localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[fd00::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'http://hooks.example.com/',
    'http://8.8.8.8/',
  ])('%s may not be reached', (url) => {
    expect(reach.refusalOfUrl(new URL(url))).toContain(setting);
  });

  it.each(['https://hooks.example.com/', 'https://8.8.8.8:8443/x', 'https://[2606:4700:4700::1111]/'])(
    '%s may be reached',
    (url) => {
      expect(reach.refusalOfUrl(new URL(url))).toBeUndefined();
    },
  );

  it.each([
    ['http://10.1.2.3/', ['10.1.0.0/16']],
    ['http://[::ffff:10.1.2.3]/', ['10.1.0.0/16']],
    ['http://[fd00::7]/', ['fd00::/8']],
    ['http://hooks.internal/', ['hooks.internal']],
    ['http://localhost:8080/', ['127.0.0.0/8']],
  ])('%s may be reached where the operator allows %j', (url, internal) => {
    expect(createReach({ internal, setting }).refusalOfUrl(new URL(url))).toBeUndefined();
  });

  it.each([
    ['http://10.2.0.1/', ['10.1.0.0/16']],
    ['https://other.internal.localhost/', ['hooks.internal']],
  ])('%s may not be reached where the operator allows only %j', (url, internal) => {
    expect(createReach({ internal, setting }).refusalOfUrl(new URL(url))).toBeDefined();
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', 'ho st', '-x', '*'])('%s is no entry of the list', (entry) => {
    expect(() => createReach({ internal: [entry], setting })).toThrow(RangeError);
  });
});

describe('the list of an operator', () => {
  it('is read from the environment', () => {
    const given = readReach({ [setting]: ' 10.0.0.0/8 , hooks.internal,' }, setting);

    expect(given.refusalOfUrl(new URL('http://10.1.2.3/'))).toBeUndefined();
    expect(given.refusalOfUrl(new URL('http://hooks.internal/'))).toBeUndefined();
    expect(readReach({}, setting).refusalOfUrl(new URL('http://10.1.2.3/'))).toBeDefined();
  });

  it('is refused with the name of the variable', () => {
    expect(() => readReach({ [setting]: '10.0.0.0/99' }, setting)).toThrow(HostFault);
    expect(() => readReach({ [setting]: '10.0.0.0/99' }, setting)).toThrow(/INTERNAL_HOSTS/);
  });
});

describe('a name', () => {
  const lookup = (given: Reach) =>
    new Promise((resolve) => {
      const taken: Parameters<LookupFunction>[2] = (error, address) => resolve(error?.message ?? address);
      given.lookup('hooks.example.com', { all: true }, taken);
    });
  const resolvesTo =
    (...addresses: readonly string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('that leads to public addresses is connected to these', async () => {
    expect(
      await lookup(createReach({ internal: [], setting, resolve: resolvesTo('8.8.8.8', '2606:4700::1') })),
    ).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  it.each([['127.0.0.1'], ['::1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:169.254.169.254']])(
    'that leads to %s is connected to nothing',
    async (...addresses) => {
      expect(await lookup(createReach({ internal: [], setting, resolve: resolvesTo(...addresses) }))).toContain(
        'no public address',
      );
    },
  );
});
