import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Outbound } from '@almanac/host';
import type { LdapConfiguration } from '@almanac/protocol';
import { Client } from 'ldapts';
import { takeMessages, UnsoundMessage } from './ldap-messages.ts';
import { ProviderFault } from './provider-fault.ts';

/** How long a directory is waited for, in milliseconds: for one answer, and for all that is asked for one person. */
export interface LdapPatience {
  readonly answerMs: number;
  readonly personMs: number;
}

/** How directories are reached. */
export interface LdapReach {
  readonly outbound: Pick<Outbound, 'connect'>;
  readonly patience: LdapPatience;
}

/** What is read of a directory for one person, in bytes. */
const mostBytes = 8 * 1024 * 1024;

const startTlsRequest = '1.3.6.1.4.1.1466.20037';

/** Where a directory listens, as the policy of outbound connections judges it. */
export function targetOf({ server }: Pick<LdapConfiguration, 'server'>) {
  const { protocol, hostname, port } = new URL(server);
  const usual = protocol === 'ldaps:' ? 636 : 389;
  return { host: hostname, port: port === '' ? usual : Number(port) };
}

/**
 * An encrypted connection to a directory whose certificate was checked; with `ldap://` after StartTLS. Nothing else is
 * ever said in plain text. It ends by itself when it lasts too long.
 *
 * @throws whatever went wrong: faults of the network, of TLS, of the directory
 */
export async function openLdapSocket(
  { outbound, patience }: LdapReach,
  configuration: Pick<LdapConfiguration, 'server' | 'authority'>,
): Promise<Duplex> {
  const plain = await outbound.connect({ ...targetOf(configuration), patienceMs: patience.answerMs });
  // What goes wrong on it is told where it is used; nobody else needs to hear of it.
  plain.on('error', () => undefined);
  const deadline = setTimeout(() => plain.destroy(new Error('it took too long')), patience.personMs);
  plain.once('close', () => clearTimeout(deadline));
  try {
    if (!configuration.server.startsWith('ldaps:')) await startTls(plain, patience);
    const secure = await encrypt(plain, configuration);
    const { gate } = messagesOf(secure);
    plain.on('error', (error) => gate.destroy(error));
    return gate;
  } catch (error) {
    plain.destroy();
    throw plain.errored ?? error;
  }
}

/** Asks with a client of its own, which is forgotten: what somebody adds to the answer in plain text goes with it. */
async function startTls(plain: Socket, { answerMs }: LdapPatience): Promise<void> {
  const { gate, release } = messagesOf(plain);
  const asking = clientOn(gate, answerMs);
  await asking.exop(startTlsRequest).catch((error: unknown) => {
    throw new ProviderFault('provider', 'it does not offer StartTLS, and nothing is said to it without', error);
  });
  release();
}

/** A client for one connection. It would open another one by itself when this one ends, in plain text: it gets none. */
export function clientOn(socket: Duplex, answerMs: number): Client {
  let taken = false;
  return new Client({
    url: 'ldap://directory.invalid',
    timeout: answerMs,
    // Typed as `net.connect` itself, of which the library uses only what comes back.
    createConnection: (() => {
      if (taken) throw new Error('it ended the connection');
      taken = true;
      return socket;
    }) as never,
  });
}

async function encrypt(
  plain: Socket,
  { server, authority }: Pick<LdapConfiguration, 'server' | 'authority'>,
): Promise<TLSSocket> {
  const host = new URL(server).hostname.replaceAll(/[[\]]/g, '');
  const secure = connectTls({
    socket: plain,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(authority === null ? {} : { ca: authority }),
    minVersion: 'TLSv1.2',
    // Said here, so that no variable of the environment can take it away.
    rejectUnauthorized: true,
  });
  const ended = once(secure, 'close').then(() => {
    throw new Error('it ended the connection');
  });
  // Whichever comes first is told; the other one is nobody's business any more.
  ended.catch(() => undefined);
  await Promise.race([once(secure, 'secureConnect'), ended]);
  return secure;
}

/**
 * What comes on a socket as whole messages that are sound, one at a time, and not more than one person is worth.
 *
 * @returns the messages, and what lets go of the socket, which goes on without them
 */
function messagesOf(socket: Socket): { readonly gate: Duplex; readonly release: () => void } {
  let rest: Buffer = Buffer.alloc(0);
  let size = 0;
  const gate = new Duplex({
    readableObjectMode: true,
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  const take = (chunk: Buffer) => {
    try {
      size += chunk.length;
      if (size > mostBytes) throw new UnsoundMessage('it sends too much');
      const taken = takeMessages(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
      rest = taken.rest;
      for (const message of taken.messages) gate.push(message);
    } catch (error) {
      gate.destroy(error instanceof Error ? error : undefined);
    }
  };
  const fail = (error: Error) => gate.destroy(error);
  const close = () => gate.destroy();
  socket.on('data', take).on('error', fail).on('end', close).on('close', close);
  // Whoever uses it is told by what they wait for.
  gate.on('error', () => undefined);
  return {
    // What a client looks at before it takes a connection that stands.
    gate: Object.assign(gate, { connecting: false, readyState: 'open' }),
    release: () => void socket.off('data', take).off('error', fail).off('end', close).off('close', close),
  };
}
