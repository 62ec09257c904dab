import { describe, expect, it } from 'vitest';
import { HostFault } from '../host-fault.ts';
import { createReach, isPublicAddress, readReach } from './reachable-address.ts';

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
    '168.63.129.16',
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

describe('a port', () => {
  it.each(['https://8.8.8.8:22/', 'https://[2606:4700::1]:25/', 'https://8.8.8.8:6379/'])(
    'of %s may not be used',
    (url) => {
      expect(reach.refusalOfUrl(new URL(url))).toContain('ALMANAC_OUTBOUND_PORTS');
    },
  );

  it('may be used where the operator allows it, and any port of a host that is allowed', () => {
    const given = readReach({ [setting]: '10.0.0.0/8', ALMANAC_OUTBOUND_PORTS: '9443, 22' }, setting);

    expect(given.refusalOfUrl(new URL('https://8.8.8.8:9443/'))).toBeUndefined();
    expect(given.refusalOfUrl(new URL('http://10.1.2.3:6379/'))).toBeUndefined();
    expect(() => readReach({ ALMANAC_OUTBOUND_PORTS: '70000' }, setting)).toThrow(HostFault);
  });
});

describe('a name', () => {
  const addressesBy = (...found: readonly string[]) =>
    createReach({
      internal: [],
      setting,
      resolve: async () => found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    }).addressesOf(new URL('https://hooks.example.com/'));

  it('that leads to public addresses is connected to these', async () => {
    expect(await addressesBy('8.8.8.8', '2606:4700::1')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  it.each([['127.0.0.1'], ['::1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:169.254.169.254']])(
    'that leads to %s is connected to nothing, and what it leads to is not told',
    async (...found) => {
      const refusal = await addressesBy(...found).catch((error: unknown) => String(error));

      expect(refusal).toContain('hooks.example.com leads to no public address');
      for (const address of found) expect(refusal).not.toContain(address);
    },
  );

  it('without an address is said to have none', async () => {
    await expect(addressesBy()).rejects.toThrow('hooks.example.com has no address');
  });
});
