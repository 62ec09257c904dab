import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText } from '@almanac/host';
import { type AgentMessage, agentProtocol, type ServerMessage, type SiteReport } from '@almanac/protocol';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** An agent's end of the wire: what it is told is taken in order. */
interface Wire {
  readonly send: (message: AgentMessage) => void;
  readonly next: () => Promise<ServerMessage>;
  readonly close: () => void;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<unknown>;
}

describe('agents', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let site = '';
  const key = privateKeyFromPem(newPrivateKey('Ed25519'));

  const wire = (): Wire => {
    const socket = new WebSocket(new URL(agentProtocol.path, tests.server.url.replace('http', 'ws')));
    const told: ServerMessage[] = [];
    const waiting: ((message: ServerMessage) => void)[] = [];
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      const first = waiting.shift();
      if (first === undefined) told.push(message);
      else first(message);
    });
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      next: () => {
        const first = told.shift();
        return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
      },
      close: () => socket.close(),
      ended: new Promise((resolve) => socket.addEventListener('close', resolve)),
    };
  };
  /** An agent that has said who it is, and has heard nothing to that yet. */
  const sayHello = async (generation: number, signed?: string): Promise<Wire> => {
    const agent = wire();
    const challenge = await agent.next();
    if (challenge.kind !== 'challenge') throw new Error(`it began with ${challenge.kind}`);
    agent.send({
      kind: 'hello',
      site: site as never,
      agentVersion: 'test',
      protocolVersion: agentProtocol.version,
      signature: signText(signed ?? `almanac-agent-hello:${site}:${challenge.nonce}`, key),
      incarnation: 1,
      generation,
    });
    return agent;
  };
  const greet = async (generation: number): Promise<Wire> => {
    const agent = await sayHello(generation);
    expect(await agent.next()).toMatchObject({ kind: 'welcome' });
    return agent;
  };
  const report = (sequence: number, given: Partial<SiteReport> = {}): AgentMessage => ({
    kind: 'report',
    report: {
      incarnation: 1,
      generation: 1,
      sequence,
      at: new Date().toISOString(),
      applications: [],
      gateway: { state: 'serving', frontPort: 8080, message: null },
      notices: [],
      capabilities: { toolchains: [], connections: [], strategies: [] },
      disk: { freeBytes: 10e9, usedBytes: 1e9 },
      ...given,
    },
  });
  const stored = async () => {
    const { rows } = await session.query('select reported_at, report from sites where id = $1', [site]);
    return rows[0];
  };

  /** Enrols with a token; keys that are not given are good ones. */
  const enrol = (token: string, keys: { readonly signingKey?: string; readonly sealingKey?: string } = {}) =>
    tests.send('POST /agents/enrol', {
      as: null,
      body: {
        token,
        agentVersion: 'test',
        protocolVersion: agentProtocol.version,
        signingKey: rawPublicKey(key),
        sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
        host: { hostname: 'berlin', platform: 'linux', architecture: 'x64' },
        ...keys,
      },
    });

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    await tests.send('POST /environments', { body: { name: 'edge', displayName: 'Edge', type: 'production' } });
    const { body } = await tests.send('POST /sites', { body: { name: 'berlin', environment: 'edge' } });
    site = body.site.id;
    await enrol(body.enrolment.token);
  });
  afterAll(() => tests.stop());

  it.each([
    ['signingKey', 'that is too short', 'AAAA'],
    ['signingKey', 'by which anybody can sign', Buffer.from(`01${'00'.repeat(31)}`, 'hex').toString('base64url')],
    ['sealingKey', 'that is a text', 'a-key-of-thirty-two-bytes-or-so-'],
    ['sealingKey', 'with which every agreement is zero', Buffer.alloc(32).toString('base64url')],
  ])('are not enrolled with a %s %s, and can still enrol with a good one', async (name, _, given) => {
    const { body } = await tests.send('POST /sites', { body: { name: 'lisbon', environment: 'edge' } });

    const refused = await enrol(body.enrolment.token, { [name]: given });

    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', detail: expect.stringContaining(name) },
    });
    expect((await enrol(body.enrolment.token)).status).toBe(201);
    await tests.send('DELETE /sites/lisbon', {
      headers: { 'if-match': `"${(await tests.send('GET /sites/lisbon')).body.revision}"` },
    });
  });

  it('get the newest document when they come without it', async () => {
    const agent = await greet(0);

    expect(await agent.next()).toMatchObject({ kind: 'desired', document: { payload: expect.any(String) } });
    agent.close();
  });

  it('do not get a document again that they say they have, and every report is acknowledged once it is stored', async () => {
    const { rows } = await session.query('select generation from sites where id = $1', [site]);
    const agent = await greet(rows[0].generation);
    agent.send(report(1, { notices: ['a new disk'] }));

    expect(await agent.next()).toEqual({ kind: 'report-seen', sequence: 1 });
    expect((await stored()).report.notices).toEqual(['a new disk']);
    agent.close();
  });

  it('have nothing written for a report that says the same, and everything for one that does not', async () => {
    const agent = await greet(1_000_000);
    agent.send(report(1));
    await agent.next();
    const first = await stored();

    agent.send(report(2, { disk: { freeBytes: 10e9 + 5, usedBytes: 1e9 } }));
    expect(await agent.next()).toEqual({ kind: 'report-seen', sequence: 2 });
    expect(await stored()).toEqual(first);

    agent.send(report(3, { gateway: { state: 'unreachable', frontPort: 8080, message: 'it ended' } }));
    expect(await agent.next()).toEqual({ kind: 'report-seen', sequence: 3 });
    expect((await stored()).report.gateway.state).toBe('unreachable');
    agent.close();
  });

  it('are not let in with a generation that no server gave: it would be asked of the database for all sites together', async () => {
    const agent = await sayHello(2 ** 31);

    expect(await agent.ended).toMatchObject({ code: 1008 });
  });

  it('are refused where what they signed is not what they were asked to sign', async () => {
    const agent = await sayHello(0, 'something else');

    expect(await agent.next()).toMatchObject({ kind: 'refused', code: 'wrong-token' });
  });
});
