import { isIP } from 'node:net';

/** For whom passkeys are made: browsers bind each to a name, and give it to no page of another one. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/**
 * The name to which passkeys of this installation are bound; undefined where browsers make none: at an address without a name,
 * or by plain HTTP. On one's own machine that is `localhost`, whatever address the server was started with.
 */
export function relyingPartyOf(publicUrl: string): RelyingParty | undefined {
  const { protocol, hostname, port } = new URL(publicUrl);
  const loopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (loopback) {
    const origin = new URL(`${protocol}//localhost`);
    origin.port = port;
    return { id: 'localhost', origin: origin.origin };
  }
  if (protocol !== 'https:' || isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0) return undefined;
  return { id: hostname, origin: new URL(publicUrl).origin };
}
