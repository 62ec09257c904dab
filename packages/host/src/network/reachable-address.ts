import { lookup as lookupAddress } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { HostFault } from '../host-fault.ts';

/**
 * Addresses that are not of the public internet, by IANA's registries of special-purpose addresses (RFC 6890): this
 * machine, private networks, link-local ones (where clouds keep credentials), and what belongs to nobody.
 */
const notPublicV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** Of IPv6 only global unicast is public, and of that not what carries IPv4 inside or serves documentation. */
const globalUnicastV6 = '2000::/3';
const notPublicV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

/** Where a program may go when others say where. */
export interface Reach {
  /** Why an address may not be reached; undefined when it may. The host is what people wrote. */
  readonly refusalOf: (address: string, host: string) => string | undefined;
  /** Why a URL may not be reached, as far as the URL alone tells. */
  readonly refusalOfUrl: (url: URL) => string | undefined;
  /** Resolves a name for a connection, and gives out only what may be reached: that address is then connected to. */
  readonly lookup: LookupFunction;
}

type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/**
 * What the operator of this installation allows by a variable of the environment, as entries with commas between them.
 *
 * @throws {HostFault} when an entry is neither a network nor a host
 */
export function readReach(environment: Readonly<Record<string, string | undefined>>, setting: string): Reach {
  const internal = (environment[setting] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  try {
    return createReach({ internal, setting });
  } catch (error) {
    throw new HostFault(`${setting}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/**
 * By default only the public internet over https. `internal` are networks (CIDR), addresses and host names that the
 * operator of this installation allows as well, also without TLS; `setting` is how.
 *
 * @throws {RangeError} with a sentence when an entry is none of these
 */
export function createReach(input: {
  readonly internal: readonly string[];
  readonly setting: string;
  readonly resolve?: Resolve;
}): Reach {
  const { internal, setting, resolve = resolveAll } = input;
  const hosts = new Set<string>();
  const allowed = new BlockList();
  for (const entry of internal) {
    if (!addNetwork(allowed, entry)) hosts.add(hostEntry(entry));
  }
  const isAllowed = (address: string, host: string) => hosts.has(host) || inList(allowed, address);
  const refusalOf = (address: string, host: string) =>
    isPublicAddress(address) || isAllowed(address, host)
      ? undefined
      : `${host === address ? host : `${host} is ${address}, which`} is no public address; whoever runs this installation may allow it by ${setting}`;
  const judged = callbackify(async (host: string) => {
    const found = await resolve(host);
    // One address that may not be reached is enough: a name that leads to both is not an accident.
    const refusal = found.map(({ address }) => refusalOf(address, host)).find((each) => each !== undefined);
    if (refusal !== undefined) throw new Error(refusal);
    return found;
  });
  return {
    refusalOf,
    refusalOfUrl: (url) => {
      const host = hostOf(url);
      const literal = isIP(host) !== 0;
      if (literal) {
        const refusal = refusalOf(host, host);
        if (refusal !== undefined) return refusal;
      } else if (isLocalName(host) && !hosts.has(host) && !inList(allowed, '127.0.0.1'))
        return refusalOf('127.0.0.1', host);
      const mayBePlain = hosts.has(host) || (literal && inList(allowed, host)) || isLocalName(host);
      return url.protocol === 'https:' || mayBePlain
        ? undefined
        : `only https may be used; plain http is for hosts in ${setting}`;
    },
    lookup: (host, options, callback) =>
      judged(host, (error, found) => {
        if (error !== null) return callback(error, '', 0);
        const [first] = found;
        if (first === undefined) callback(new Error(`${host} has no address`), '', 0);
        else if (options.all === true) callback(null, [...found]);
        else callback(null, first.address, first.family);
      }),
  };
}

const resolveAll: Resolve = (host) => lookupAddress(host, { all: true });

/** The host of a URL as names and addresses are written elsewhere: without brackets or a dot at the end. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Whether an address belongs to the public internet. What cannot be read as an address does not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inList(privateV4, address);
  return family === 6 && inList(globalV6, address) && !inList(specialV6, address);
}

const privateV4 = listOf(notPublicV4);
const globalV6 = listOf([globalUnicastV6]);
const specialV6 = listOf(notPublicV6);

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return list;
}

function inList(list: BlockList, address: string): boolean {
  // Zones of link-local addresses are of this machine and of no list.
  const family = address.includes('%') ? 0 : isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function addNetwork(list: BlockList, entry: string): boolean {
  const [address = '', prefix] = entry.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  if (prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128))
    throw new RangeError(`${entry} is no network`);
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

function hostEntry(entry: string): string {
  const host = entry.toLowerCase();
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host))
    throw new RangeError(`${entry} is neither a network such as 10.0.0.0/8 nor the name of a host`);
  return host;
}
