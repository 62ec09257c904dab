import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitUntil } from '@almanac/testkit';
import { aBackend, aConfig, type Program, startProgram } from '@almanac/testkit/data-plane';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from './gateway.ts';
import { InheritedSocket } from './inherited-socket.ts';

let listening: Server;
let early: Socket;
let heard = '';
let waiting: ServerResponse[];
let shop: Program;
let gateway: Gateway;

beforeEach(async () => {
  waiting = [];
  shop = await startProgram((_request, response) => waiting.push(response));
  listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as { readonly port: number };
  const inherited = new InheritedSocket(listening);
  early = connect(port, '127.0.0.1').on('error', () => undefined);
  heard = '';
  early.setEncoding('latin1').on('data', (text) => {
    heard += text;
  });
  await once(listening, 'connection');
  const config = aConfig({ port, backends: [aBackend('a', shop.port)] });
  const address = config.listeners[0]?.address;
  gateway = createGateway(pino({ level: 'silent' }), new Map([[`${address}:${port}`, inherited]]));
  gateway.apply(config);
});

afterEach(async () => {
  early.destroy();
  await gateway.close(0);
  await shop.close();
});

describe('who connects before a successor serves', () => {
  it('is served, and waited for when that hands over in its turn', async () => {
    const ask = () => early.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
    ask();
    await waitUntil('the request', () => waiting.length === 1, 5);
    let hasLeft = false;
    const left = gateway.leave(10_000).then(() => {
      hasLeft = true;
    });
    await nextTurn();

    expect(hasLeft).toBe(false);
    waiting[0]?.end('the first');
    await waitUntil('the first answer', () => heard.endsWith('the first'), 5);
    ask();
    await waitUntil('another request', () => waiting.length === 2, 5);
    waiting[1]?.end('the last');
    await once(early, 'close');
    await left;
    expect(heard).toMatch(/connection: close\r\n(.+\r\n)*\r\nthe last$/i);
  });

  it('is not waited for any more when its connection breaks', async () => {
    early.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
    await waitUntil('the request', () => waiting.length === 1, 5);
    const left = gateway.leave(10_000);

    early.resetAndDestroy();

    await expect(left).resolves.toBeUndefined();
  });
});
