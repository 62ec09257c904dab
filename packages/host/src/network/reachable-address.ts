import { lookup as lookupAddress } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { HostFault } from '../host-fault.ts';
import { OutboundFault } from './outbound-fault.ts';

/**
 * Addresses that are not of the public internet, by IANA's registries of special-purpose addresses (RFC 6890): this
 * machine, private networks, link-local ones (where clouds keep credentials), and what belongs to nobody.
 */
const notPublicV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // A cloud's host answers its machines there, although the address looks public.
  '168.63.129.16/32',
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

/** Ports of other machines on which services of the web listen; everything else is no business of others' words. */
const usualPorts = [443, 8443] as const;
const portsSetting = 'ALMANAC_OUTBOUND_PORTS';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Where a program may go when others say where: the one policy of everything that connects on somebody else's words. */
export interface Reach {
  /** Why a URL may not be reached, as far as the URL alone tells. */
  readonly refusalOfUrl: (url: URL) => string | undefined;
  /**
   * Resolves the host of a URL, once, and gives out only what may be reached: whoever connects, connects to these and
   * does not resolve again.
   *
   * @throws {OutboundFault} `refused`, or `unreachable` when the name has no address
   */
  readonly addressesOf: (url: URL) => Promise<readonly Address[]>;
}

type Resolve = (host: string) => Promise<readonly Address[]>;

/**
 * What the operator of this installation allows by variables of the environment: `setting` with networks, addresses and
 * hosts, commas between them, and `ALMANAC_OUTBOUND_PORTS` with ports of public addresses beside 443 and 8443.
 *
 * @throws {HostFault} when an entry is neither a network nor a host, or no port
 */
export function readReach(environment: Readonly<Record<string, string | undefined>>, setting: string): Reach {
  try {
    const internal = entriesOf(environment[setting]);
    return createReach({ internal, setting, ports: entriesOf(environment[portsSetting]).map(portEntry) });
  } catch (error) {
    throw new HostFault(`${setting}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function entriesOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function portEntry(entry: string): number {
  const port = Number(entry);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RangeError(`${entry} in ${portsSetting} is no port`);
  return port;
}

/**
 * By default only the public internet, over https and on the usual ports. `internal` are networks (CIDR), addresses and
 * host names that the operator of this installation allows as well, also without TLS and on any port; `setting` is how.
 *
 * @throws {RangeError} with a sentence when an entry is none of these
 */
export function createReach(input: {
  readonly internal: readonly string[];
  readonly setting: string;
  readonly ports?: readonly number[];
  readonly resolve?: Resolve;
}): Reach {
  const { internal, setting, resolve = resolveAll } = input;
  const ports = new Set<number>([...usualPorts, ...(input.ports ?? [])]);
  const hosts = new Set<string>();
  const allowed = new BlockList();
  for (const entry of internal) {
    if (!addNetwork(allowed, entry)) hosts.add(hostEntry(entry));
  }
  const allowBy = `whoever runs this installation may allow it by`;
  /** The address itself is not told: what an internal name resolves to is nobody's business outside. */
  const refusalOf = (address: string, url: URL) => {
    const host = hostOf(url);
    if (hosts.has(host) || inList(allowed, address)) return undefined;
    if (!isPublicAddress(address)) {
      const what = host === address ? `${host} is` : `${host} leads to`;
      return `${what} no public address; ${allowBy} ${setting}`;
    }
    const port = portOf(url);
    // Plain http to public addresses is refused as such, whatever the port.
    return ports.has(port) || url.protocol === 'http:'
      ? undefined
      : `port ${port} may not be used; ${allowBy} ${portsSetting}`;
  };
  const refusalOfUrl = (url: URL) => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return `only https may be used, not ${url.protocol}`;
    if (url.username !== '' || url.password !== '') return 'credentials may not stand in an address';
    const host = hostOf(url);
    const literal = isIP(host) !== 0;
    if (!literal && !isHostName(host)) return `${host} is no name of a host`;
    const local = isLocalName(host);
    if (literal || local) {
      const refusal = refusalOf(local ? '127.0.0.1' : host, url);
      if (refusal !== undefined) return refusal;
    }
    const mayBePlain = hosts.has(host) || (literal && inList(allowed, host)) || local;
    return url.protocol === 'https:' || mayBePlain
      ? undefined
      : `only https may be used; plain http is for hosts in ${setting}`;
  };
  return {
    refusalOfUrl,
    addressesOf: async (url) => {
      const host = hostOf(url);
      const family = isIP(host);
      const early = refusalOfUrl(url);
      if (early !== undefined) throw new OutboundFault('refused', early);
      const found = family === 0 ? await resolved(resolve, host) : [{ address: host, family }];
      // One address that may not be reached is enough: a name that leads to both is not an accident.
      const refusal = found.map(({ address }) => refusalOf(address, url)).find((each) => each !== undefined);
      if (refusal !== undefined) throw new OutboundFault('refused', refusal);
      return found;
    },
  };
}

async function resolved(resolve: Resolve, host: string): Promise<readonly Address[]> {
  const found = await resolve(host).catch((error: unknown) => {
    throw new OutboundFault('unreachable', `${host} has no address`, error);
  });
  if (found.length === 0) throw new OutboundFault('unreachable', `${host} has no address`);
  return found;
}

const resolveAll: Resolve = (host) => lookupAddress(host, { all: true });

/** The host of a URL as names and addresses are written elsewhere: without brackets or a dot at the end. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** Letters, digits and hyphens alone: names with anything else are read differently by different programs. */
function isHostName(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => /^[a-z0-9-]{1,63}$/.test(label));
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
