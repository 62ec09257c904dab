import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutboundFault } from '@almanac/host';
import { hostileAddresses, waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

describe('a receiver of checkpoints of the audit', () => {
  let canary: Server;
  let connections = 0;
  let leading: Server;
  const heard: string[] = [];
  let tests: ServerForTests | undefined;

  beforeAll(async () => {
    canary = createServer((_request, response) => void response.end()).on('connection', () => {
      connections += 1;
    });
    await listen(canary, '127.0.0.1');
    leading = createServer((request, response) => {
      heard.push(`${request.method} ${request.url}`);
      response.writeHead(307, { location: `http://127.0.0.1:${portOf(canary)}/` }).end();
    });
    await listen(leading, '127.0.0.2');
  });
  afterAll(async () => {
    await tests?.stop();
    for (const server of [canary, leading]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('inside is refused at the start or when it is sent to, however its address is written', async () => {
    const ends = new Map<string, string>();
    for (const spelling of hostileAddresses(portOf(canary))) ends.set(spelling, await endOf(spelling));

    expect(ends.size).toBeGreaterThanOrEqual(200);
    expect([...ends].filter(([, end]) => !/^(not started|refused|unreachable)$/.test(end))).toEqual([]);
    expect([...ends.values()].filter((end) => end === 'not started').length).toBeGreaterThan(150);
    expect(connections).toBe(0);
  });

  it('that leads elsewhere is not followed, and has not received anything', async () => {
    tests = await startServerForTests({
      ALMANAC_AUDIT_SINK: `http://127.0.0.2:${portOf(leading)}/checkpoints`,
      ALMANAC_OUTBOUND_INTERNAL: '127.0.0.2',
    });
    await tests.send('POST /environments', { body: { name: 'edge', displayName: 'Edge', type: 'test' } });
    const session = await tests.connect();
    await waitUntil('a checkpoint to be sent', async () => heard.length > 0, 60);

    const { rows } = await session.query(
      'select count(*)::int as delivered from audit_checkpoints where delivered_at is not null',
    );
    expect(rows).toEqual([{ delivered: 0 }]);
    expect(new Set(heard)).toEqual(new Set(['POST /checkpoints']));
    expect(connections).toBe(0);
  }, 90_000);
});

/** What becomes of a server that should give its checkpoints there. */
async function endOf(address: string): Promise<string> {
  try {
    const { auditSink, outbound } = readConfig({ ALMANAC_AUDIT_SINK: address });
    if (auditSink?.kind !== 'http') return `taken for ${auditSink?.kind}`;
    const error = await outbound
      .send({ url: new URL(auditSink.url), method: 'POST', patienceMs: 3000 })
      .catch((each: unknown) => each);
    return error instanceof OutboundFault ? error.kind : 'reached';
  } catch {
    return 'not started';
  }
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve) => server.listen(0, host, resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
