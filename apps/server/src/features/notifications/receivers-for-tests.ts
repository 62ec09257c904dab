import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver answers; the last answer holds from then on. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A real receiver of webhooks on this machine. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Answers to come, one for each request. */
  readonly answers: Answer[];
  readonly close: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 204 };
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Mailbox {
  readonly port: number;
  readonly letters: { readonly to: readonly string[]; readonly text: string; readonly secure: boolean }[];
  readonly passwords: string[];
  readonly close: () => Promise<void>;
}

/** A real mail server on this machine; it takes mail from `almanac` with the password `let me in`. */
export async function startMailbox(options: { readonly tls: boolean }): Promise<Mailbox> {
  const letters: Mailbox['letters'] = [];
  const passwords: string[] = [];
  const server = new SMTPServer({
    key: mailKey,
    cert: mailCertificate,
    disabledCommands: options.tls ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) => {
      passwords.push(password ?? '');
      if (username === 'almanac' && password === 'let me in') callback(null, { user: username });
      else callback(new Error('wrong name or password'));
    },
    onRcptTo: ({ address }, _session, callback) => {
      const refusal = Object.assign(new Error('no such mailbox'), { responseCode: 550 });
      callback(address.startsWith('nobody') ? refusal : null);
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        letters.push({
          to: session.envelope.rcptTo.map((each) => each.address),
          text: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
        });
        callback(null, 'taken');
      });
    },
  });
  // Who hangs up in the middle is no fault of the test.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    letters,
    passwords,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Looks again until something is there, for at most a minute. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  for (let looks = 0; looks < 2400; looks += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(25);
  }
  throw new Error(`not seen: ${what}`);
}

/** Made for these tests and used nowhere else; valid for localhost and 127.0.0.1. */
export const mailCertificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUcrYjobTpFIBAWALT2IU2iY9SN9cwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE0MDMxOFoYDzIxMjYxMDI4
MTQwMzE4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARumGZ6Jdi3TbMKgkPvN9rIgZTHiCCGakD8RgB0qmpNF4rWvpgdI7yP
MIoksbuFvMIU+e67aqWIcugXL2XkAGano28wbTAdBgNVHQ4EFgQUAfdx1OOsPxXl
24KhBz8wqalfulEwHwYDVR0jBBgwFoAUAfdx1OOsPxXl24KhBz8wqalfulEwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgMi7+KlfOwrwXqLhQElKg6KotIQv2U0crOfjs4gMOWc4CIQDF
9k464sGND0l+3yBg8/LJgZ69StiNbtLDpBo6XODzAg==
-----END CERTIFICATE-----`;
const mailKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkVk2GRqZgUw6Mcqp
I/N3LPgNAHJ/KGmBUlo+Gz5psrihRANCAARumGZ6Jdi3TbMKgkPvN9rIgZTHiCCG
akD8RgB0qmpNF4rWvpgdI7yPMIoksbuFvMIU+e67aqWIcugXL2XkAGan
-----END PRIVATE KEY-----`;
