import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sendRaw } from './ask.ts';
import { aBackend } from './config.ts';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';
import { acceptance, openingHeaders } from './web-socket.ts';

export function upgradesContract(stage: Stage): void {
  /** Says what it hears, in capitals. */
  async function shouting(): Promise<Program> {
    const shouts = await stage.program((_request, response) => response.writeHead(426).end('no\n'));
    shouts.server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
      socket.write(acceptance(incoming.headers['sec-websocket-key']));
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on('error', () => undefined);
    });
    return shouts;
  }

  async function upgrade(): Promise<Socket> {
    const outgoing = request({
      host: '127.0.0.1',
      port: stage.port,
      headers: { host: 'shop.localhost', ...openingHeaders },
    }).end();
    const [, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket];
    return socket;
  }

  const heardOn = async (socket: Socket) => String(((await once(socket, 'data')) as [Buffer])[0]);

  describe('an upgraded connection', () => {
    it('carries bytes both ways, and outlives the change of its version', async () => {
      const [old, fresh] = [await shouting(), await stage.says('new')];
      await stage.apply({ backends: [aBackend('old', old.port)] });
      const socket = await upgrade();
      socket.write('hello');
      expect(await heardOn(socket)).toBe('HELLO');

      await stage.apply({ backends: [aBackend('new', fresh.port)] });
      socket.write('still');

      expect(await heardOn(socket)).toBe('STILL');
      socket.destroy();
    });

    it('ends on the side of the client when the backend ends it', async () => {
      const shouts = await shouting();
      await stage.apply({ backends: [aBackend('a', shouts.port)] });
      const socket = await upgrade();

      const ended = once(socket, 'close');
      await shouts.close();

      await expect(ended).resolves.toBeDefined();
    });

    it('to HTTP/2 does not happen: the request is served as what it is, or refused', async () => {
      const shop = await stage.program((incoming, response) => response.end(`plain ${incoming.headers.upgrade}`));
      await stage.apply({ backends: [aBackend('a', shop.port)] });

      const answer = await sendRaw(
        stage.port,
        'GET / HTTP/1.1\r\nhost: shop.localhost\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQ\r\n\r\n',
      );

      expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
      if (answer.startsWith('HTTP/1.1 200')) expect(answer).toMatch(/plain undefined/);
    });
  });
}
