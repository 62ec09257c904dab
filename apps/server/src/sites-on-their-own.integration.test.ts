import { createHash } from 'node:crypto';
import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText } from '@almanac/host';
import { type DesiredState, desiredState, type Occurrence, type ServerMessage } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** An agent as far as its connection goes: it enrols, says hello and keeps what it is told. */
async function connectAgent(tests: ServerForTests, name: string) {
  const { body: made } = await tests.send('POST /sites', { body: { name, environment: 'development' } });
  const signing = privateKeyFromPem(newPrivateKey('Ed25519'));
  await tests.send('POST /agents/enrol', {
    as: null,
    body: {
      token: made.enrolment.token,
      agentVersion: '0.1.0',
      protocolVersion: '1.1',
      signingKey: rawPublicKey(signing),
      sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
      host: { hostname: 'host', platform: 'linux', architecture: 'x64' },
    },
  });
  const socket = new WebSocket(new URL('/api/v1/agents/connect', tests.server.url.replace('http', 'ws')));
  const heard: ServerMessage[] = [];
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    heard.push(message);
    if (message.kind === 'challenge')
      send({
        kind: 'hello',
        site: made.site.id,
        agentVersion: '0.1.0',
        protocolVersion: '1.1',
        signature: signText(`almanac-agent-hello:${made.site.id}:${message.nonce}`, signing),
        incarnation: 0,
        generation: 0,
      });
  });
  const wait = (kind: ServerMessage['kind'], count = 1) =>
    waitUntil(`the server to send ${kind}`, () => heard.filter((each) => each.kind === kind).length >= count);
  await wait('welcome');
  const newest = (): DesiredState | undefined => {
    const last = heard.findLast((each) => each.kind === 'desired');
    return last === undefined ? undefined : desiredState.parse(JSON.parse(last.document.payload));
  };
  return { heard, send, wait, newest, close: () => socket.close() };
}

const occurrence = (number: number): Occurrence => ({
  number,
  kind: 'rollout-succeeded',
  application: 'shop',
  detail: `1.${number}.0 runs here`,
  by: 'agent',
  at: '2026-03-01T12:00:00.000Z',
});

describe('a site on its own', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    await tests.send('POST /environments', { body: { name: 'development', type: 'development' } });
  });
  afterAll(() => tests?.stop());

  it('is told by the welcome what the server can do', async () => {
    const agent = await connectAgent(tests, 'asks');

    expect(agent.heard.find((each) => each.kind === 'welcome')).toMatchObject({
      capabilities: ['artifact-transfers', 'occurrences'],
    });
    agent.close();
  });

  it('tells what came to pass as often as it likes: it stands there once, in its order', async () => {
    const agent = await connectAgent(tests, 'tells');
    const spool = '6ea9cd42-5e0f-4b5e-8d35-9d2c1a30f111';
    const tell = (items: readonly Occurrence[]) => agent.send({ kind: 'occurrences', occurrences: { spool, items } });
    tell([occurrence(1), occurrence(2)]);
    tell([occurrence(1), occurrence(2), occurrence(3)]);
    await agent.wait('occurrences-kept', 2);

    const { body } = await tests.send('GET /sites/tells/occurrences');
    const first = await tests.send('GET /sites/tells/occurrences?limit=1');
    const rest = await tests.send(`GET /sites/tells/occurrences?cursor=${first.body.next}`);

    expect(body.items.map((each: Occurrence) => each.number)).toEqual([3, 2, 1]);
    expect(body.items[0]).toMatchObject({ kind: 'rollout-succeeded', application: 'shop', detail: '1.3.0 runs here' });
    expect([...first.body.items, ...rest.body.items]).toEqual(body.items);
    expect(agent.heard.filter((each) => each.kind === 'occurrences-kept').map((each) => each.number)).toEqual([2, 3]);
    agent.close();
  });

  it('is told how much of its link artifacts may take', async () => {
    const agent = await connectAgent(tests, 'far-away');
    const { headers } = await tests.send('GET /sites/far-away');

    const changed = await tests.send('PATCH /sites/far-away', {
      body: { bandwidth: 50_000 },
      headers: { 'if-match': String(headers['etag']) },
    });

    expect(changed.body).toMatchObject({ bandwidth: 50_000, labels: {} });
    await waitUntil('the document', () => agent.newest()?.bandwidth === 50_000);
    agent.close();
  });

  it('is told who may come in there, with the hash of a token and nothing else of it, until they may not', async () => {
    const agent = await connectAgent(tests, 'guarded');
    const { body: ana } = await tests.send('POST /principals', { body: { name: 'ana', role: 'deployer' } });
    const made = await tests.send('POST /sites/guarded/local-tokens', { as: ana.secret, body: {} });

    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^all_/) } });
    await waitUntil('the document', () => agent.newest()?.access.length === 1);
    expect(agent.newest()?.access).toEqual([
      {
        name: 'ana',
        tokenHash: createHash('sha256').update(made.body.token).digest('hex'),
        expiresAt: made.body.expiresAt,
        capabilities: ['access', 'list', 'monitor', 'reference', 'change', 'deploy'],
      },
    ]);
    expect(JSON.stringify(agent.heard)).not.toContain(made.body.token);
    const elsewhere = await tests.send('GET /sites', { as: made.body.token });
    expect(elsewhere.status).toBe(401);

    await tests.send('POST /principals/ana/deactivate');
    await waitUntil('the document', () => agent.newest()?.access.length === 0);
    agent.close();
  });

  it('gives a token to nobody who may not come in', async () => {
    const { body: eve } = await tests.send('POST /principals', { body: { name: 'eve', role: 'viewer' } });

    expect((await tests.send('POST /sites/guarded/local-tokens', { as: eve.secret, body: {} })).status).toBe(403);
  });
});
