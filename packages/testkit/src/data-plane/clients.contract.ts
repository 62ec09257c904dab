import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { ask } from './ask.ts';
import { aBackend } from './config.ts';
import type { Stage } from './stage.ts';

const limits = { clientHeaderSeconds: 0.5, clientIdleSeconds: 0.5 };

export function clientsContract(stage: Stage): void {
  /** A client by hand, and what it heard until its connection ended. */
  function client(): { readonly socket: Socket; readonly heard: () => string; readonly ended: Promise<unknown> } {
    const socket = connect({ port: stage.port, host: '127.0.0.1', allowHalfOpen: true });
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    return { socket, heard: () => heard, ended: once(socket, 'close') };
  }

  /** Writes a byte now and then, for as long as somebody takes it. */
  function drip(socket: Socket, text: string): void {
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || at >= text.length) clearInterval(timer);
      else socket.write(text[at] ?? '');
      at += 1;
    }, 50);
    socket.once('close', () => clearInterval(timer));
  }

  const stillServes = async () => expect((await ask({ port: stage.port })).body).toBe('shop');

  describe('a slow client', () => {
    it('that never ends its headers is sent away, though it sends a byte now and then', async () => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)], limits });
      const slow = client();
      slow.socket.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\nx: ');
      drip(slow.socket, 'y'.repeat(10_000));

      await slow.ended;

      expect(slow.heard()).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      await stillServes();
    }, 20_000);

    it.skipIf(stage.lacks('ends-silent-bodies'))(
      'that stops in the middle of its body is sent away, and the backend hears of it',
      async () => {
        let left = false;
        const shop = await stage.program((incoming, response) => {
          if (incoming.method === 'GET') return void response.end('shop');
          incoming.on('close', () => {
            left = true;
          });
          incoming.resume();
          return undefined;
        });
        await stage.apply({ backends: [aBackend('a', shop.port)], limits });
        const slow = client();
        slow.socket.write('POST / HTTP/1.1\r\nhost: shop.localhost\r\ncontent-length: 100\r\n\r\nhalf');

        await slow.ended;

        await waitUntil('the backend to hear of it', () => left, 5);
        await stillServes();
      },
      20_000,
    );

    it('that takes nothing of its answer is sent away', async () => {
      let left = false;
      const shop = await stage.program((incoming, response) => {
        if (incoming.url === '/') return void response.end('shop');
        response.on('close', () => {
          left = true;
        });
        const send = () => {
          while (response.write(Buffer.alloc(1024 * 1024)));
        };
        response.on('drain', send);
        send();
        return undefined;
      });
      await stage.apply({ backends: [aBackend('a', shop.port)], limits });
      const slow = client();
      slow.socket.pause();
      slow.socket.write('GET /much HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');

      await waitUntil('the backend to hear of it', () => left, 20);
      slow.socket.destroy();
      await stillServes();
    }, 30_000);

    it('is waited for as long as the backend is what it waits for', async () => {
      const slow = await stage.patient('late');
      await stage.apply({ backends: [aBackend('a', slow.port)], limits });

      const answer = ask({ port: stage.port, method: 'POST', body: 'an order' });
      await waitUntil('the request', () => slow.waiting.length === 1, 5);
      await waitUntil('twice the time that a client has', elapsed(1200), 5);
      slow.answer();

      expect(await answer).toMatchObject({ status: 200, body: 'late' });
    });

    it('is one of many, and the others are served meanwhile', async () => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)], limits: { clientHeaderSeconds: 5 } });
      const slow = Array.from({ length: 200 }, () => client());
      await Promise.all(slow.map((each) => once(each.socket, 'connect')));
      for (const each of slow) each.socket.write('GET / HTTP/1.1\r\nhost: shop');

      for (let turn = 0; turn < 10; turn += 1) await stillServes();

      for (const each of slow) each.socket.destroy();
    });
  });

  describe('a connection of which one half is closed', () => {
    it('by the client is one that the client left: the backend hears of it', async () => {
      let left = false;
      const slow = await stage.program((incoming) => {
        incoming.socket.once('close', () => {
          left = true;
        });
      });
      await stage.apply({ backends: [aBackend('a', slow.port)] });
      const half = client();
      half.socket.end('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');

      await half.ended;

      expect(half.heard()).not.toMatch(/^HTTP\/1\.1 2/);
      await waitUntil('the backend to hear of it', () => left, 5);
      await waitUntil('nothing to run', async () => (await stage.stats()).backends[0]?.inFlight === 0, 5);
    });

    it('by the client in the middle of its request ends it, and nothing of it counts', async () => {
      let whole = 0;
      const shop = await stage.program((incoming, response) => {
        incoming.on('end', () => {
          whole += incoming.method === 'POST' ? 1 : 0;
          response.end('shop');
        });
        incoming.on('error', () => undefined);
        incoming.resume();
      });
      await stage.apply({ backends: [aBackend('a', shop.port)] });
      const half = client();
      half.socket.end('POST / HTTP/1.1\r\nhost: shop.localhost\r\ncontent-length: 100\r\n\r\nhalf');

      await half.ended;

      expect(half.heard()).not.toMatch(/^HTTP\/1\.1 2/);
      expect(whole).toBe(0);
      await stillServes();
    });

    it('at once leaves nothing behind', async () => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)] });

      const gone = Array.from({ length: 50 }, () => client());
      for (const [index, each] of gone.entries()) {
        each.socket.write('GET / HT'.slice(0, index % 9));
        if (index % 2 === 0) each.socket.resetAndDestroy();
        else each.socket.end();
      }
      await Promise.all(gone.map((each) => each.ended));

      await stillServes();
      expect((await stage.stats()).backends[0]?.inFlight).toBe(0);
    });
  });
}

/** Holds once so many milliseconds have passed since it was made. */
function elapsed(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() >= end;
}
