import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkSetOf, parseNetwork } from './network-set.ts';

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    [' 192.168.1.0/24 ', '192.168.1.0/24'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00:0:0::/8', 'fd00::/8'],
    ['2001:db8::7', '2001:db8::7/128'],
    ['::1', '::1/128'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:a00:0/104', '10.0.0.0/8'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
  ])('%s is written %s', (text, network) => {
    expect(parseNetwork(text)).toEqual({ network });
  });

  it.each([
    '',
    'vpn',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0/8',
    '10/8',
    '010.0.0.0/8',
    '0x0a.0.0.0/8',
    '167772160/8',
    '10.0.0.0/8/8',
    '10.0.0.256',
    'fd00::/129',
    'fd00:::/8',
    'fe80::1%eth0',
    '::ffff:0:0/90',
    '10.0.0.0/255.0.0.0',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toEqual({ fault: { kind: 'not-a-network' } });
  });

  it.each([
    ['10.0.0.5/8', '10.0.0.0/8'],
    ['192.168.1.1/24', '192.168.1.0/24'],
    ['fd00::1/8', 'fd00::/8'],
    ['::ffff:10.0.0.1/104', '10.0.0.0/8'],
  ])('%s holds an address that is not its first, and says what was meant: %s', (text, instead) => {
    expect(parseNetwork(text)).toEqual({ fault: { kind: 'address-in-network', instead } });
  });
});

describe('an address', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.0.0.1', ['10.0.0.0/8'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['::ffff:a01:203', ['10.0.0.0/8'], true],
    ['10.1.2.3', ['::/0'], false],
    ['::ffff:10.1.2.3', ['::/0'], false],
    ['fd00::1', ['0.0.0.0/0'], false],
    ['fd00::1', ['10.0.0.0/8', 'fd00::/8'], true],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['127.0.0.1', ['127.0.0.1/32'], true],
    ['127.0.0.2', ['127.0.0.1/32'], false],
    ['', ['0.0.0.0/0', '::/0'], false],
    ['unknown', ['0.0.0.0/0', '::/0'], false],
    ['10.1', ['0.0.0.0/0'], false],
    ['10.1.2.3', [], false],
  ])('%j lies in %j: %s', (address, networks, lies) => {
    expect(networkSetOf(networks).has(address)).toBe(lies);
  });

  it('lies in a network exactly when their first bits are the same', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
        const masked = (number: number) => (BigInt(number) >> BigInt(32 - bits)) << BigInt(32 - bits);
        const network = `${dotted(Number(masked(one)))}/${bits}`;

        expect(parseNetwork(network)).toEqual({ network });
        expect(networkSetOf([network]).has(dotted(other))).toBe(masked(one) === masked(other));
        expect(networkSetOf([network]).has(`::ffff:${dotted(other)}`)).toBe(masked(one) === masked(other));
      }),
    );
  });

  it('is looked for in no text that is no network', () => {
    expect(() => networkSetOf(['10.0.0.0/8', 'vpn'])).toThrow(RangeError);
  });
});

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
