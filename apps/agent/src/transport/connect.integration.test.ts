import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPrivateKey, privateKeyFromPem, publicSigningKey, signText } from '@almanac/host';
import { type AgentMessage, agentMessage, type Occurrences, type ServerMessage } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { type Logger, pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { loadIdentity, type SiteIdentity } from '../identity/site-identity.ts';
import { anEmptyJournal, anOrder } from '../journal/journal-for-tests.ts';
import { confirm, noteOccurrence, unconfirmed } from '../journal/occurrences.ts';
import { type Connection, keepConnected } from './connect.ts';
import { type DesiredStore, openDesiredStore } from './desired-store.ts';

const log = pino({ level: 'silent' });
const siteId = '018f3c5e-0000-7000-8000-000000000001';
const otherSite = '018f3c5e-0000-7000-8000-000000000002';
const serverKey = privateKeyFromPem(newPrivateKey('Ed25519'));
const otherKey = privateKeyFromPem(newPrivateKey('Ed25519'));

let directory: string;
let identity: SiteIdentity;
let desired: DesiredStore;
let refused: string[];
let server: FakeServer;
let connection: Connection | undefined;
let acted: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac connect '));
  await writeFile(
    join(directory, 'identity.json'),
    JSON.stringify({
      site: { id: siteId, name: 'berlin' },
      environment: { id: siteId, name: 'production' },
      serverKeys: [publicSigningKey(serverKey)],
      signingKey: newPrivateKey('Ed25519'),
      sealingKey: newPrivateKey('X25519'),
    }),
  );
  refused = [];
  acted = 0;
  identity = await loadIdentity({ directory, server: '', token: undefined });
  desired = await openDesiredStore({ directory, identity, log, onRefused: (why) => refused.push(why) });
  server = await openServer();
});

afterEach(async () => {
  vi.useRealTimers();
  connection?.close();
  connection = undefined;
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

interface FakeServer {
  readonly port: number;
  readonly heard: AgentMessage[];
  readonly connections: number;
  readonly send: (message: ServerMessage) => void;
  /** What it does with a message beside noting it. */
  onMessage: (message: AgentMessage) => void;
  readonly close: () => Promise<void>;
}

/** A server as far as the connection goes; it says what a test lets it say. */
async function openServer(
  input: { readonly port?: number; readonly capabilities?: readonly string[] } = {},
): Promise<FakeServer> {
  const sockets = new WebSocketServer({ port: input.port ?? 0, host: '127.0.0.1' });
  await new Promise((resolve) => sockets.once('listening', resolve));
  const heard: AgentMessage[] = [];
  const counts = { connections: 0 };
  let current: WebSocket | undefined;
  const own: FakeServer = {
    port: (sockets.address() as AddressInfo).port,
    heard,
    get connections() {
      return counts.connections;
    },
    send: (message) => current?.send(JSON.stringify(message)),
    onMessage: () => undefined,
    close: () =>
      new Promise((resolve) => {
        for (const each of sockets.clients) each.terminate();
        sockets.close(() => resolve());
      }),
  };
  sockets.on('connection', (socket) => {
    counts.connections += 1;
    current = socket;
    socket.on('message', (data) => {
      const message = agentMessage.parse(JSON.parse(String(data)));
      heard.push(message);
      if (message.kind === 'hello')
        own.send({
          kind: 'welcome',
          serverVersion: '0.1.0',
          serverKeys: [],
          artifactToken: 'token',
          capabilities: [...(input.capabilities ?? ['occurrences', 'artifact-transfers'])],
        });
      own.onMessage(message);
    });
    own.send({ kind: 'challenge', nonce: 'bm9uY2U', protocolVersion: '1.1' });
  });
  return own;
}

const order = (
  generation: number,
  other: {
    readonly incarnation?: number;
    readonly key?: typeof serverKey;
    /** The name of the key, where it is not that of the server's. */
    readonly keyId?: string;
    readonly site?: string;
  } = {},
) => {
  const payload = JSON.stringify({
    site: { id: other.site ?? siteId, name: 'berlin' },
    environment: { id: siteId, name: 'production' },
    incarnation: other.incarnation ?? 1,
    generation,
    issuedAt: '2026-03-01T12:00:00.000Z',
    applications: [],
  });
  const key = other.key ?? serverKey;
  return {
    kind: 'desired',
    document: {
      payload,
      keyId: other.keyId ?? publicSigningKey(serverKey).keyId,
      signature: signText(payload, key),
    },
  } as const;
};

type Key = typeof serverKey;

/** A set of keys, signed by each of them unless others sign it. */
const keySet = (number: number, keys: readonly Key[], other: { readonly signers?: readonly Key[] } = {}) => {
  const payload = JSON.stringify({ incarnation: 1, number, keys: keys.map(publicSigningKey) });
  const signatures = (other.signers ?? keys).map((key) => ({
    keyId: publicSigningKey(key).keyId,
    signature: signText(`almanac-server-keys:${payload}`, key),
  }));
  return { kind: 'server-keys', document: { payload, signatures } } as const;
};

function connect(state = anEmptyJournal(), into: Logger = log): void {
  connection = keepConnected({
    server: `http://127.0.0.1:${server.port}`,
    identity,
    desired,
    log: into,
    onDesired: () => {
      acted += 1;
    },
    onHeard: () => undefined,
    readLog: async () => ({ text: '', next: 0, instances: [] }),
    reconcile: async () => 0,
    occurrences: {
      pending: async () => unconfirmed(structuredClone(state.spool)),
      kept: (until) => confirm(state.spool, until),
    },
  });
}

const report = () =>
  connection?.report({
    incarnation: 1,
    generation: 1,
    applications: [],
    gateway: { state: 'serving', frontPort: null, message: null },
    notices: [],
    capabilities: { toolchains: [], connections: [], strategies: [] },
    disk: { freeBytes: 0, usedBytes: 0 },
  });

describe('a site that was away for 90 days', () => {
  it('goes by the newest order, acts once, and hears nothing of the fifty in between', async () => {
    connect();
    await waitUntil('the connection', () => connection?.isConnected() === true);
    server.send(order(1));
    await waitUntil('the first order', () => desired.current()?.generation === 1);
    const { port } = server;
    await server.close();
    await waitUntil('the loss', () => connection?.isConnected() === false);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 90 * 86_400_000 });
    acted = 0;

    server = await openServer({ port });
    server.onMessage = (message) => {
      if (message.kind === 'hello') server.send(order(52));
    };
    await waitUntil('the newest order', () => desired.current()?.generation === 52);

    expect(server.heard.find((each) => each.kind === 'hello')).toMatchObject({ generation: 1 });
    // Once for the connection, once for the order.
    expect(acted).toBe(2);
    expect(refused).toEqual([]);
  });

  it('goes by the newest order after its own restart, too', async () => {
    await desired.accept(order(3).document);

    const again = await openDesiredStore({ directory, identity, log, onRefused: (why) => refused.push(why) });

    expect(again.current()?.generation).toBe(3);
  });
});

describe('an order is refused, and told to people,', () => {
  it.each([
    [
      'when it is older than the one before',
      order(4, { incarnation: 2 }),
      /older than what this site goes by \(2\.4 after 2\.5\)/,
    ],
    ['when it is of the server before its restore', order(9), /older than what this site goes by \(1\.9 after 2\.5\)/],
    ['when somebody else signed it', order(6, { incarnation: 2, key: otherKey }), /not signed by the server/],
    ['when it is of another site', order(6, { incarnation: 2, site: otherSite }), /of another site/],
    ['when it is not understood', order(-1, { incarnation: 2 }), /not understood/],
  ])('%s', async (_title, { document }, why) => {
    await desired.accept(order(5, { incarnation: 2 }).document);

    expect(await desired.accept(document)).toBe(false);

    expect(desired.current()?.generation).toBe(5);
    expect(refused).toEqual([expect.stringMatching(why)]);
  });

  it('and not when the same one is told again, as after each connection', async () => {
    await desired.accept(order(5).document);

    expect(await desired.accept(order(5).document)).toBe(false);
    expect(refused).toEqual([]);
  });
});

describe('what came to pass while the server was away', () => {
  const told = () => server.heard.flatMap((each) => (each.kind === 'occurrences' ? [each.occurrences] : []));
  const note = (state: ReturnType<typeof anEmptyJournal>, count: number) => {
    for (let index = 0; index < count; index += 1)
      noteOccurrence(
        state.spool,
        { kind: 'rollout-succeeded', application: anOrder('1').application.name, detail: `${index}`, by: 'agent' },
        new Date(),
      );
  };
  const keep = ({ spool, items }: Occurrences) =>
    server.send({ kind: 'occurrences-kept', spool, number: items.at(-1)?.number ?? 0 });

  it('is told in its order, piece by piece, once it is back', async () => {
    const state = anEmptyJournal();
    note(state, 230);
    server.onMessage = (message) => {
      if (message.kind === 'occurrences') keep(message.occurrences);
    };
    connect(state);
    await waitUntil('all of them', () => unconfirmed(state.spool) === undefined);

    expect(told().map((each) => each.items.length)).toEqual([100, 100, 30]);
    expect(told().flatMap((each) => each.items.map((item) => item.detail))).toEqual(
      Array.from({ length: 230 }, (_, index) => `${index}`),
    );
  });

  it('is told again where the connection was lost before it was confirmed', async () => {
    const state = anEmptyJournal();
    note(state, 2);
    connect(state);
    await waitUntil('the first time', () => told().length === 1);
    const { port } = server;
    await server.close();
    server = await openServer({ port });
    server.onMessage = (message) => {
      if (message.kind === 'occurrences') keep(message.occurrences);
    };
    await waitUntil('the confirmation', () => unconfirmed(state.spool) === undefined);

    expect(told()).toHaveLength(1);
  });

  it('is told at once while it is connected', async () => {
    const state = anEmptyJournal();
    connect(state);
    await waitUntil('the connection', () => connection?.isConnected() === true);
    note(state, 1);
    report();

    await waitUntil('it to be told', () => told().length === 1);
  });

  it('is kept from a server that does not know what to do with it', async () => {
    await server.close();
    server = await openServer({ capabilities: [] });
    const state = anEmptyJournal();
    note(state, 1);
    connect(state);
    await waitUntil('the connection', () => connection?.isConnected() === true);
    report();
    await waitUntil('a report', () => server.heard.some((each) => each.kind === 'report'));

    expect(told()).toEqual([]);
    expect(connection?.access()).toEqual({ token: 'token', transfers: false });
  });
});

describe('a server that lets no agents in from here', () => {
  it('is said so in the log, once, and tried again until it does', async () => {
    await server.close();
    const { port } = server;
    let asked = 0;
    const closed = createServer().on('upgrade', (_request, socket) => {
      asked += 1;
      const body = JSON.stringify({
        type: 'https://almanac.example/problems/network-not-allowed',
        code: 'network-not-allowed',
        category: 'forbidden',
        title: 'Not allowed from this network',
        status: 403,
        detail: 'requests from this network are refused',
        instance: 'urn:uuid:018f3c5e-0000-7000-8000-000000000003',
      });
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    await new Promise<void>((resolve) => closed.listen(port, '127.0.0.1', resolve));
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    connect(anEmptyJournal(), pino({ level: 'warn' }, stream));
    await waitUntil('two tries', () => asked >= 2);
    await new Promise((resolve) => closed.close(resolve));
    server = await openServer({ port });
    await waitUntil('the connection', () => connection?.isConnected() === true);

    const told = lines.map((line) => JSON.parse(line) as { readonly msg: string });
    expect(told.filter(({ msg }) => msg.includes('almanac network set agents'))).toHaveLength(1);
  });
});

describe("the server's keys", () => {
  const nameOf = (key: Key) => publicSigningKey(key).keyId;
  const trusted = () => identity.serverKeys.kept().trusted;
  const signedByOther = (generation: number) => order(generation, { key: otherKey, keyId: nameOf(otherKey) });

  it('are taken over from a server that signs with a known one, acknowledged, and kept over a restart', async () => {
    connect();
    await waitUntil('the connection', () => connection?.isConnected() === true);
    server.send(order(1));
    server.send(keySet(2, [serverKey, otherKey]));
    await waitUntil('the acknowledgement', () => server.heard.some((each) => each.kind === 'server-keys-kept'));

    const both = [nameOf(serverKey), nameOf(otherKey)];
    expect(server.heard.find((each) => each.kind === 'hello')).toMatchObject({
      keySet: { incarnation: 0, number: 0, trusted: [nameOf(serverKey)] },
    });
    expect(server.heard.find((each) => each.kind === 'server-keys-kept')).toMatchObject({
      keySet: { incarnation: 1, number: 2, trusted: both },
    });
    const again = await loadIdentity({ directory, server: '', token: undefined });
    expect(again.serverKeys.kept()).toEqual({ incarnation: 1, number: 2, trusted: both });
    expect(await desired.accept(signedByOther(2).document)).toBe(true);
  });

  it('are given up once what the site goes by is signed by another one, and then sign nothing any more', async () => {
    await desired.accept(order(1).document);
    await desired.acceptKeys(keySet(2, [serverKey, otherKey]).document);
    await desired.accept(signedByOther(2).document);

    expect(await desired.acceptKeys(keySet(3, [otherKey]).document)).toMatchObject({ trusted: [nameOf(otherKey)] });

    expect(await desired.accept(order(3).document)).toBe(false);
    const restarted = await loadIdentity({ directory, server: '', token: undefined });
    const store = await openDesiredStore({
      directory,
      identity: restarted,
      log,
      onRefused: (why) => refused.push(why),
    });
    expect(store.current()?.generation).toBe(2);
    expect(refused).toEqual([expect.stringMatching(/not signed by the server/)]);
  });

  it('are learnt at once by a site that was away while several were made', async () => {
    const third = privateKeyFromPem(newPrivateKey('Ed25519'));
    await desired.accept(order(1).document);

    const kept = await desired.acceptKeys(keySet(9, [third, otherKey, serverKey]).document);

    expect(kept).toMatchObject({ number: 9, trusted: [third, otherKey, serverKey].map(nameOf) });
  });

  it.each([
    ['that no known key signed', keySet(4, [serverKey, otherKey], { signers: [otherKey] }), /not signed by a key/],
    [
      'that carries the name of a known key, and the signature of another',
      {
        document: {
          ...keySet(4, [serverKey, otherKey]).document,
          signatures: [
            {
              keyId: nameOf(serverKey),
              signature: signText(`almanac-server-keys:${keySet(4, [serverKey, otherKey]).document.payload}`, otherKey),
            },
          ],
        },
      },
      /not signed by a key/,
    ],
    ['whose signature is that of an order', orderAsKeySet(), /not signed by a key/],
    ['that is older', keySet(2, [serverKey, otherKey]), /older than the one that this site has \(1\.2 after 1\.3\)/],
    ['that drops the key in use', keySet(4, [otherKey], { signers: [serverKey] }), /lacked the key/],
    ['that is another one under the same number', keySet(3, [serverKey, otherKey]), /another one/],
    ['whose key is called after another', renamedKeySet(), /not understood/],
    ['that is nonsense', { document: { payload: '{', signatures: [] } }, /not understood/],
  ])('are not changed by a set %s, and that is told', async (_title, { document }, why) => {
    await desired.accept(order(1).document);
    await desired.acceptKeys(keySet(3, [serverKey]).document);
    const before = await loadIdentity({ directory, server: '', token: undefined });

    expect(await desired.acceptKeys(document)).toBeUndefined();

    expect(trusted()).toEqual([nameOf(serverKey)]);
    const after = await loadIdentity({ directory, server: '', token: undefined });
    expect(after.serverKeys.kept()).toEqual(before.serverKeys.kept());
    expect(refused).toEqual([expect.stringMatching(why)]);
  });

  it('and not told where the same set comes again, as after each connection', async () => {
    await desired.acceptKeys(keySet(3, [serverKey]).document);

    expect(await desired.acceptKeys(keySet(3, [serverKey]).document)).toMatchObject({ number: 3 });
    expect(refused).toEqual([]);
  });
});

/** What a genuine key signed for another purpose. */
function orderAsKeySet() {
  const payload = JSON.stringify({ incarnation: 1, number: 4, keys: [serverKey, otherKey].map(publicSigningKey) });
  const { keyId } = publicSigningKey(serverKey);
  return { document: { payload, signatures: [{ keyId, signature: signText(payload, serverKey) }] } };
}

/** A set that gives a key of somebody else the name of the server's. */
function renamedKeySet() {
  const { keyId } = publicSigningKey(serverKey);
  const { publicKey } = publicSigningKey(otherKey);
  const payload = JSON.stringify({ incarnation: 1, number: 4, keys: [{ keyId, publicKey }] });
  const signature = signText(`almanac-server-keys:${payload}`, serverKey);
  return { document: { payload, signatures: [{ keyId, signature }] } };
}
