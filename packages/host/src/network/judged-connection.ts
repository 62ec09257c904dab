import { connect, type LookupFunction, type Socket } from 'node:net';
import { OutboundFault } from './outbound-fault.ts';
import type { Address, Reach } from './reachable-address.ts';

/** A host and a port that others name, for what is not HTTP. */
export interface OutboundTarget {
  /** As in a URL: an IPv6 address stands in brackets. */
  readonly host: string;
  readonly port: number;
  readonly patienceMs?: number;
}

/** Targets are judged as web addresses are; the port is written out, so that it is judged as well. */
export function urlOf({ host, port }: OutboundTarget): URL {
  return new URL(`https://${host}:${port}`);
}

/**
 * Opens a connection to one of the addresses that were judged.
 *
 * @param patienceMs Milliseconds until it stands, the name looked up
 * @throws {OutboundFault}
 */
export async function connectTo(reach: Reach, target: OutboundTarget, patienceMs: number): Promise<Socket> {
  const { host, port } = target;
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const addresses = await Promise.race([reach.addressesOf(urlOf(target)), whenAborted(signal)]);
    return await new Promise((resolve, reject) => {
      const socket = connect({ host: host.replaceAll(/[[\]]/g, ''), port, lookup: lookupOf(addresses) });
      const abort = () => socket.destroy(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        signal.removeEventListener('abort', abort);
        socket.removeListener('error', reject);
        resolve(socket);
      });
    });
  } catch (error) {
    if (error instanceof OutboundFault) throw error;
    if (signal.aborted) throw new OutboundFault('timed-out', `no connection within ${patienceMs / 1000} s`);
    throw new OutboundFault('unreachable', `no connection to ${host}:${port}${codeOf(error)}`, error);
  }
}

/** Gives a connection what was judged before, whatever the name leads to by now. */
export function lookupOf(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family ?? 0);
  };
}

export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Names of faults are of the operating system or of TLS and hold no address. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
}
