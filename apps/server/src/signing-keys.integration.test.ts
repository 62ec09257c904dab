import { keySetText } from '@almanac/domain';
import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText, verifyText } from '@almanac/host';
import {
  agentProtocol,
  desiredState,
  type KeptKeySet,
  type ServerKeySet,
  type ServerMessage,
  type SigningKeys,
  serverKeySet,
} from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** An agent that can be away, and that says of keys what a test lets it say. */
interface KeyedAgent {
  readonly heard: ServerMessage[];
  readonly publicKeys: ReadonlyMap<string, string>;
  /** What it says it trusts when it connects; null for an agent of before, which cannot say. */
  keySet: KeptKeySet | null;
  readonly connect: () => Promise<void>;
  readonly leave: () => Promise<void>;
  /** The newest set that it was sent, with who signed it. */
  readonly newestSet: () => { readonly set: ServerKeySet; readonly signers: readonly string[] } | undefined;
  /** Keeps the newest set, and says so. */
  readonly acknowledge: () => void;
  /** The key that signed the newest document. */
  readonly documentKey: () => string | undefined;
  /** Says that it goes by the newest document. */
  readonly follow: () => void;
}

describe("the server's signing keys", () => {
  let tests: ServerForTests;
  let database: pg.Client;
  const agents: KeyedAgent[] = [];

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    await tests.send('POST /environments', { body: { name: 'test', type: 'test' } });
  });
  afterAll(() => tests?.stop());
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.leave();
    await database.query('delete from sites');
    for (const { keyId } of (await listed()).keys.slice(1).filter((each) => each.retiredAt === null))
      await retire(keyId);
  });

  const listed = async (): Promise<SigningKeys> => (await tests.send('GET /signing-keys')).body;
  const add = async (): Promise<SigningKeys> => (await tests.send('POST /signing-keys', { body: {} })).body;
  const retire = (key: string, body: object = {}) => tests.send(`POST /signing-keys/${key}/retire`, { body });
  const keysNow = async () => (await listed()).keys.filter((each) => each.retiredAt === null).map((each) => each.keyId);

  const enrol = async (name: string, protocolVersion: string = agentProtocol.version): Promise<KeyedAgent> => {
    const { body: made } = await tests.send('POST /sites', { body: { name, environment: 'test' } });
    const own = privateKeyFromPem(newPrivateKey('Ed25519'));
    const { body } = await tests.send('POST /agents/enrol', {
      as: null,
      body: {
        token: made.enrolment.token,
        agentVersion: '0.1.0',
        protocolVersion,
        signingKey: rawPublicKey(own),
        sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
        host: { hostname: 'host', platform: 'linux', architecture: 'x64' },
      },
    });
    const site: string = made.site.id;
    const publicKeys = new Map<string, string>(
      body.serverKeys.map((each: { keyId: string; publicKey: string }) => [each.keyId, each.publicKey]),
    );
    let socket: WebSocket | undefined;
    let sequence = 0;
    const heard: ServerMessage[] = [];
    const send = (message: unknown) => socket?.send(JSON.stringify(message));
    const documents = () => heard.flatMap((each) => (each.kind === 'desired' ? [each.document] : []));
    const sets = () => heard.flatMap((each) => (each.kind === 'server-keys' ? [each.document] : []));
    const agent: KeyedAgent = {
      heard,
      publicKeys,
      keySet: protocolVersion === agentProtocol.version ? { ...body.keySet, trusted: [...publicKeys.keys()] } : null,
      connect: async () => {
        const welcomes = () => heard.filter((each) => each.kind === 'welcome').length;
        const before = welcomes();
        socket = new WebSocket(new URL('/api/v1/agents/connect', tests.server.url.replace('http', 'ws')));
        socket.addEventListener('message', ({ data }) => {
          const message = JSON.parse(String(data)) as ServerMessage;
          heard.push(message);
          if (message.kind !== 'challenge') return;
          send({
            kind: 'hello',
            site,
            agentVersion: '0.1.0',
            protocolVersion,
            signature: signText(`almanac-agent-hello:${site}:${message.nonce}`, own),
            incarnation: 0,
            generation: 0,
            ...(agent.keySet === null ? {} : { keySet: agent.keySet }),
          });
        });
        await waitUntil(`${name} to be welcome`, () => welcomes() > before);
      },
      leave: async () => {
        if (socket === undefined) return;
        const ended = new Promise((resolve) => socket?.addEventListener('close', resolve));
        if (socket.readyState === WebSocket.CLOSED) return;
        socket.close();
        await ended;
      },
      newestSet: () => {
        const newest = sets().at(-1);
        if (newest === undefined) return undefined;
        const set = serverKeySet.parse(JSON.parse(newest.payload));
        const known = new Map([...publicKeys, ...set.keys.map((each) => [each.keyId, each.publicKey] as const)]);
        const text = keySetText(newest.payload);
        return {
          set,
          signers: newest.signatures.flatMap(({ keyId, signature }) =>
            verifyText({ text, signature, publicKey: known.get(keyId) ?? '' }) ? [keyId] : [],
          ),
        };
      },
      acknowledge: () => {
        const { set } = agent.newestSet() ?? {};
        if (set === undefined) throw new Error(`${name} was told no keys`);
        agent.keySet = {
          incarnation: set.incarnation,
          number: set.number,
          trusted: set.keys.map((each) => each.keyId),
        };
        send({ kind: 'server-keys-kept', keySet: agent.keySet });
      },
      documentKey: () => documents().at(-1)?.keyId,
      follow: () => {
        const state = desiredState.parse(JSON.parse(documents().at(-1)?.payload ?? ''));
        sequence += 1;
        send({
          kind: 'report',
          report: {
            incarnation: state.incarnation,
            generation: state.generation,
            sequence,
            at: new Date(0).toISOString(),
            applications: [],
            gateway: { state: 'serving', frontPort: null, message: null },
            notices: [],
            disk: { freeBytes: 1, usedBytes: 0 },
          },
        });
      },
    };
    agents.push(agent);
    return agent;
  };

  it('are not replaced where they vanished though sites enrolled: the start ends and says so', async () => {
    await enrol('berlin');
    await database.query('create temporary table kept as select * from signing_keys');
    try {
      await database.query('delete from signing_keys');

      await expect(startSecondServer(tests)).rejects.toThrow(
        'there are no signing keys in the database, and berlin obey',
      );
      expect((await database.query('select 1 from signing_keys')).rows).toEqual([]);
    } finally {
      await database.query('insert into signing_keys select * from kept');
    }
  });

  it('are announced by a known one, and used for each site that acknowledged them', async () => {
    const [first = ''] = await keysNow();
    const [quick, slow] = [await enrol('quick'), await enrol('slow')];
    await Promise.all([quick.connect(), slow.connect()]);
    await waitUntil('documents', () => quick.documentKey() === first && slow.documentKey() === first);

    const added = await add();
    const second = added.keys[0]?.keyId ?? '';
    await waitUntil('the announcement', () => quick.newestSet() !== undefined && slow.newestSet() !== undefined);
    quick.acknowledge();
    await waitUntil('a document of the new key', () => quick.documentKey() === second);

    expect(quick.newestSet()?.set.keys.map((each) => each.keyId)).toEqual([second, first]);
    expect(quick.newestSet()?.signers).toEqual([second, first]);
    expect(slow.documentKey()).toBe(first);
    expect(await listed()).toMatchObject({
      sites: 2,
      keys: [
        { keyId: second, sites: { knowing: 1, using: 1, depending: 0 } },
        { keyId: first, sites: { knowing: 2, using: 1, depending: 1 } },
      ],
      behind: [{ site: { name: 'slow' }, environment: { name: 'test' }, reason: 'under-way' }],
      behindCount: 1,
    });
  });

  it('let a site in by the old one that was away, and it learns the others then', async () => {
    const [first = ''] = await keysNow();
    const away = await enrol('away');
    await away.connect();
    await waitUntil('a document', () => away.documentKey() === first);
    await away.leave();
    await add();
    const latest = (await add()).keys[0]?.keyId ?? '';
    await database.query("update sites set last_seen_at = now() - interval '90 days'");
    expect((await listed()).behind).toMatchObject([{ reason: 'offline' }]);

    away.heard.length = 0;
    await away.connect();
    await waitUntil('the set', () => away.newestSet() !== undefined);
    expect(away.newestSet()?.signers).toContain(first);
    expect(away.newestSet()?.set.keys).toHaveLength(3);
    away.acknowledge();

    await waitUntil('a document of the latest key', () => away.documentKey() === latest);
  });

  it('are retired when every site knows another one, and dropped once another one signed what the site goes by', async () => {
    const [first = ''] = await keysNow();
    const [berlin, oslo] = [await enrol('berlin'), await enrol('oslo')];
    await Promise.all([berlin.connect(), oslo.connect()]);
    const second = (await add()).keys[0]?.keyId ?? '';
    const early = await retire(first);
    await waitUntil('the announcement', () => berlin.newestSet() !== undefined && oslo.newestSet() !== undefined);
    berlin.acknowledge();
    oslo.acknowledge();
    await waitUntil('the new key', () => berlin.documentKey() === second && oslo.documentKey() === second);

    const retired = await retire(first);
    oslo.follow();
    await waitUntil('the set without it', () => oslo.newestSet()?.set.keys.length === 1);
    // It does not say yet that it goes by what the new key signed: it would refuse such a set.
    expect(berlin.newestSet()?.set.keys).toHaveLength(2);
    berlin.follow();
    await waitUntil('the set without it', () => berlin.newestSet()?.set.keys.length === 1);
    berlin.acknowledge();
    oslo.acknowledge();
    const shown = async (key: string) => (await listed()).keys.find((each) => each.keyId === key);
    await waitUntil('that it is dropped', async () => (await shown(first))?.sites.knowing === 0);

    const detail = expect.stringContaining('berlin, oslo know no other key');
    expect(early).toMatchObject({ status: 409, body: { code: 'in-use', detail } });
    expect(retired.status).toBe(200);
    expect(await shown(second)).toMatchObject({ retiredAt: null, sites: { knowing: 2, using: 2, depending: 2 } });
    expect(await shown(first)).toMatchObject({ retiredAt: expect.any(String), retiredBy: 'launcher' });
    const { rows } = await database.query('select envelope from signing_keys where key_id = $1', [first]);
    expect(rows).toEqual([{ envelope: null }]);
  });

  it('are retired with sites cut off by whoever means it; who they are stands in the audit', async () => {
    const [first = ''] = await keysNow();
    const old = await enrol('lima', '1.2');
    await old.connect();
    await waitUntil('a document', () => old.documentKey() === first);
    await add();
    expect((await listed()).behind).toMatchObject([{ site: { name: 'lima' }, reason: 'agent-too-old' }]);
    expect((await retire(first)).status).toBe(409);

    const forced = await retire(first, { evenIfCutOff: true });

    expect(forced.status).toBe(200);
    const { items } = (await tests.send('GET /audit?action=signing-key-retired&limit=1')).body;
    expect(items).toMatchObject([{ actor: 'launcher', subject: `signing-key:${first}`, detail: { cutOff: ['lima'] } }]);
    // An agent of before is told of no keys: it does not know what they are.
    expect(old.newestSet()).toBeUndefined();
  });

  it('are refused to go where none would be left, or where there is none of the name', async () => {
    const [only = ''] = await keysNow();

    expect(await retire(only, { evenIfCutOff: true })).toMatchObject({ status: 409, body: { code: 'wrong-state' } });
    expect((await retire('nobodys')).status).toBe(404);
  });

  it('sign checkpoints of the audit too, and those of a retired one can still be verified', async () => {
    const checkpoints = async () => (await tests.send('GET /audit/checkpoints?limit=200')).body;
    await waitUntil('a first checkpoint', async () => (await checkpoints()).items.length > 0);
    const { keys, items } = await checkpoints();

    const known = new Map(keys.map((each: { keyId: string; publicKey: string }) => [each.keyId, each.publicKey]));
    expect(items.every((each: { keyId: string }) => known.has(each.keyId))).toBe(true);
    expect(known.size).toBe((await listed()).keys.length);
  });

  it('believe an agent about what it trusts when it connects: one that was restored gets in by what it has', async () => {
    const [first = ''] = await keysNow();
    const site = await enrol('restored');
    const before = site.keySet;
    await site.connect();
    const second = (await add()).keys[0]?.keyId ?? '';
    await waitUntil('the announcement', () => site.newestSet() !== undefined);
    site.acknowledge();
    await waitUntil('a document of the new key', () => site.documentKey() === second);
    await site.leave();

    site.keySet = before;
    await site.connect();

    await waitUntil('a document of the old key', () => site.documentKey() === first);
    expect((await retire(first)).status).toBe(409);
  });

  it('are kept from whoever may not manage the installation', async () => {
    const { body: eve } = await tests.send('POST /principals', { body: { name: 'eve', role: 'developer' } });

    for (const request of ['GET /signing-keys', 'POST /signing-keys', 'POST /signing-keys/any/retire'] as const)
      expect(
        (await tests.send(request, { as: eve.secret, ...(request.startsWith('GET') ? {} : { body: {} }) })).status,
      ).toBe(403);
  });
});
