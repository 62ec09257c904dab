import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPrivateKey, privateKeyFromPem, publicSigningKey, signText } from '@almanac/host';
import { type AgentMessage, agentMessage, type Occurrences, type ServerMessage } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { pino } from 'pino';
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
  other: { readonly incarnation?: number; readonly key?: typeof serverKey; readonly site?: string } = {},
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
    document: { payload, keyId: publicSigningKey(serverKey).keyId, signature: signText(payload, key) },
  } as const;
};

function connect(state = anEmptyJournal()): void {
  connection = keepConnected({
    server: `http://127.0.0.1:${server.port}`,
    identity,
    desired,
    log,
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
