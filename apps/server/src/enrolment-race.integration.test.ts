import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { newPrivateKey, privateKeyFromPem, rawPublicKey } from '@almanac/host';
import { agentProtocol } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { greetingOf } from './scripted-agent-for-tests.ts';
import { type SecondServer, startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** From several addresses: what one address may ask in a minute would refuse some of them before they are looked at. */
const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const usesOfEach = 5;

interface Attempt {
  readonly key: ReturnType<typeof privateKeyFromPem>;
  readonly status: number;
  readonly code: string | undefined;
}

const answer = z.object({ code: z.string().optional(), detail: z.string().optional() });

describe('one enrolment token that many use at once, over two server processes on one database', () => {
  let tests: ServerForTests;
  let secondServer: SecondServer;
  let servers: readonly string[] = [];

  beforeAll(async () => {
    tests = await startServerForTests();
    await tests.send('POST /environments', { body: { name: 'edge', displayName: 'Edge', type: 'production' } });
    secondServer = await startSecondServer(tests);
    servers = [tests.server.url, secondServer.url];
  });
  afterAll(async () => {
    await secondServer.stop();
    await tests.stop();
  });

  const tokenOfSite = async (name: string): Promise<{ readonly site: string; readonly token: string }> => {
    const { body } = await tests.send('POST /sites', { body: { name, environment: 'edge' } });
    return { site: body.site.id, token: body.enrolment.token };
  };
  const enrol = async (
    server: string,
    token: string,
    { from = '127.0.0.1', pem = newPrivateKey('Ed25519') } = {},
  ): Promise<Attempt> => {
    const key = privateKeyFromPem(pem);
    const sent = request(new URL('/api/v1/agents/enrol', server), {
      method: 'POST',
      localAddress: from,
      headers: { 'content-type': 'application/json' },
    });
    sent.end(
      JSON.stringify({
        token,
        agentVersion: 'test',
        protocolVersion: agentProtocol.version,
        signingKey: rawPublicKey(key),
        sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
        host: { hostname: 'somewhere', platform: 'linux', architecture: 'x64' },
      }),
    );
    const [response] = await once(sent, 'response');
    return { key, status: response.statusCode, code: answer.parse(await json(response)).code };
  };
  it('lets exactly one agent in, tells all others, and knows nobody else afterwards', async () => {
    const { site, token } = await tokenOfSite('berlin');

    const uses = Array.from({ length: usesOfEach }, () =>
      servers.flatMap((server) => addresses.map((from) => enrol(server, token, { from }))),
    );
    const attempts = await Promise.all(uses.flat());

    const admitted = attempts.filter(({ status }) => status === 201);
    const refused = attempts.filter(({ status }) => status !== 201);
    expect([servers.length, attempts.length, admitted.length]).toEqual([2, 50, 1]);
    expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['401 wrong-token']));
    const { items } = (await tests.send('GET /audit?limit=200')).body;
    expect(items.filter(({ action }: { action: string }) => action === 'agent-enrolled')).toHaveLength(1);
    for (const server of servers) {
      expect(await greetingOf(server, { site, key: admitted[0]?.key as never })).toBe('welcome');
      expect(await greetingOf(server, { site, key: refused[0]?.key as never })).toBe('refused');
    }
  });

  it('gives an agent that asks again with its own key the same answer, and leaves strangers outside', async () => {
    const { site, token } = await tokenOfSite('paris');
    const own = newPrivateKey('Ed25519');
    expect((await enrol(tests.server.url, token, { pem: own })).status).toBe(201);
    const [first = '', second = ''] = servers;

    const again = await Promise.all([enrol(first, token, { pem: own }), enrol(second, token, { pem: own })]);
    const stranger = await enrol(second, token);

    expect(again.map(({ status }) => status)).toEqual([201, 201]);
    expect([stranger.status, stranger.code]).toEqual([401, 'wrong-token']);
    expect(await greetingOf(second, { site, key: privateKeyFromPem(own) })).toBe('welcome');
    expect(await greetingOf(second, { site, key: stranger.key })).toBe('refused');
  });
});
