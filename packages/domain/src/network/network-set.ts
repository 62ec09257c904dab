import ipaddr from 'ipaddr.js';
import type { NetworkSet } from '../access/allow-lists.ts';

/** Why a text is no network; `instead` is what was probably meant. */
export type NetworkFault =
  | { readonly kind: 'not-a-network' }
  | { readonly kind: 'address-in-network'; readonly instead: string };

export type ParsedNetwork =
  | { readonly network: string; readonly fault?: never }
  | { readonly fault: NetworkFault; readonly network?: never };

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [address: Address, bits: number];

/** Of the addresses that stand for IPv4 in IPv6, `::ffff:0:0/96`, so many bits are the same. */
const mappedBits = 96;

/**
 * A network of IPv4 or IPv6 as CIDR writes it, in its one spelling: `10.0.0.0/8`, `fd00::/8`. An address alone is a network
 * of one. IPv4 inside of IPv6 becomes IPv4. Bits behind the prefix are refused: they are a slip, and which one nobody knows.
 */
export function parseNetwork(text: string): ParsedNetwork {
  const range = rangeOf(text.trim());
  if (range === undefined) return { fault: { kind: 'not-a-network' } };
  const [address, bits] = range;
  const spelled = `${textOf(address)}/${bits}`;
  const first = `${textOf(firstOf(range))}/${bits}`;
  return spelled === first ? { network: spelled } : { fault: { kind: 'address-in-network', instead: first } };
}

/**
 * The addresses that lie in one of several networks, made ready to be asked often. IPv4 inside of IPv6 is looked for as the
 * IPv4 that it is, and never lies in a network of IPv6; what is no address lies in none.
 *
 * @throws {RangeError} when one of them is no network
 */
export function networkSetOf(networks: readonly string[]): NetworkSet {
  const ranges = networks.map((each) => {
    const range = rangeOf(each);
    if (range === undefined) throw new RangeError(`${each} is no network`);
    return range;
  });
  return {
    networks,
    has: (text) => {
      const address = addressOf(text.split('%')[0] ?? '');
      if (address === undefined) return false;
      return ranges.some(([first, bits]) => first.kind() === address.kind() && liesIn(address, first, bits));
    },
  };
}

function liesIn(address: Address, first: Address, bits: number): boolean {
  return address instanceof ipaddr.IPv4
    ? address.match(first as ipaddr.IPv4, bits)
    : address.match(first as ipaddr.IPv6, bits);
}

function rangeOf(text: string): Range | undefined {
  const [, written = '', prefix] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const given = writtenAddress(written);
  if (given === undefined) return undefined;
  const longest = given.kind() === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (bits > longest) return undefined;
  if (given instanceof ipaddr.IPv4 || !given.isIPv4MappedAddress()) return [given, bits];
  // A shorter prefix would speak of IPv4 and of what is none at the same time.
  return bits < mappedBits ? undefined : [given.toIPv4Address(), bits - mappedBits];
}

function addressOf(text: string): Address | undefined {
  const address = writtenAddress(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** As it is written usually: octal, hexadecimal and shortened spellings of IPv4 mean different things to different readers. */
function writtenAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function firstOf([address, bits]: Range): Address {
  const cidr = `${address.toString()}/${bits}`;
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
    : ipaddr.IPv6.networkAddressFromCIDR(cidr);
}

function textOf(address: Address): string {
  return address instanceof ipaddr.IPv4 ? address.toString() : address.toRFC5952String();
}
