import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { ask } from './ask.ts';
import { aBackend } from './config.ts';
import type { Stage } from './stage.ts';

const megabyte = 1024 * 1024;

export function streamsContract(stage: Stage): void {
  const open = (method: string, headers: Record<string, string> = {}) =>
    request({ host: '127.0.0.1', port: stage.port, method, headers: { host: 'shop.localhost', ...headers } });

  describe('what passes through', () => {
    it('arrives whole and in both directions, without being collected', async () => {
      const echo = await stage.program((incoming, response) => incoming.pipe(response));
      await stage.apply({ backends: [aBackend('a', echo.port)] });
      const body = randomBytes(8 * megabyte);
      const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex');

      const outgoing = open('PUT');
      outgoing.end(body);
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);

      expect(digest(Buffer.concat(chunks))).toBe(digest(body));
    });

    it('waits for a backend that reads slowly: 100 MB are held back at the client, and arrive when it reads', async () => {
      let reading: IncomingMessage | undefined;
      const slow = await stage.program((incoming, response) => {
        reading = incoming.pause();
        incoming.on('end', () => response.end('all of it'));
      });
      await stage.apply({ backends: [aBackend('a', slow.port)] });
      const size = 100 * megabyte;
      const socket = connect(stage.port, '127.0.0.1');
      const heard: string[] = [];
      socket.on('data', (chunk: Buffer) => heard.push(chunk.toString('latin1')));
      socket.write(`PUT / HTTP/1.1\r\nhost: shop.localhost\r\ncontent-length: ${size}\r\n\r\n`);
      const piece = Buffer.alloc(megabyte);
      const written = (async () => {
        for (let sent = 0; sent < size; sent += piece.length) if (!socket.write(piece)) await once(socket, 'drain');
      })();
      await waitUntil('the request', () => reading !== undefined, 5);
      const stalled = await whenStalled(() => socket.bytesWritten - socket.writableLength);

      // What the client could send while nobody read is in buffers on the way: those of the kernel, and ours.
      expect(stalled).toBeLessThan(30 * megabyte);
      reading?.resume();
      await written;
      await waitUntil('the answer', () => heard.join('').includes('all of it'), 20);
      socket.destroy();
    });

    it('waits for a client that reads slowly', async () => {
      let sent = 0;
      const big = await stage.program((_incoming, response) => {
        const piece = Buffer.alloc(megabyte);
        const send = () => {
          while (sent < 100 * megabyte) {
            sent += piece.length;
            if (!response.write(piece)) return;
          }
          response.end();
        };
        response.on('drain', send);
        send();
      });
      await stage.apply({ backends: [aBackend('a', big.port)] });
      const outgoing = open('GET').end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      response.pause();

      expect(await whenStalled(() => sent)).toBeLessThan(40 * megabyte);
      let received = 0;
      for await (const chunk of response) received += (chunk as Buffer).length;
      expect(received).toBe(100 * megabyte);
    });

    it('shows an event stream its headers before its first event, and each event at once', async () => {
      let send: ServerResponse | undefined;
      const events = await stage.program((_incoming, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        send = response;
      });
      await stage.apply({ backends: [aBackend('a', events.port)] });
      const outgoing = open('GET').end();

      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      for (const words of ['data: one\n\n', 'data: two\n\n']) {
        send?.write(words);
        const [event] = (await once(response, 'data')) as [Buffer];
        expect(event.toString()).toBe(words);
      }
      outgoing.destroy();
    });

    it('tells the backend who asks, and keeps what concerns one connection only', async () => {
      const seen: IncomingMessage['headers'][] = [];
      const curious = await stage.program((incoming, response) => {
        seen.push(incoming.headers);
        response.writeHead(200, { 'x-outer': 'open' });
        response.end();
      });
      await stage.apply({ backends: [aBackend('a', curious.port)] });

      const answer = await ask({
        port: stage.port,
        headers: { 'x-forwarded-for': '203.0.113.9', te: 'trailers', via: 'kept', 'keep-alive': 'timeout=5' },
      });

      expect(seen[0]).toMatchObject({
        host: 'shop.localhost',
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'shop.localhost',
        via: 'kept',
      });
      expect(seen[0]).not.toHaveProperty('te');
      expect(seen[0]).not.toHaveProperty('keep-alive');
      expect(answer.headers).toMatchObject({ 'x-outer': 'open' });
    });

    it('keeps several cookies apart, and trailers', async () => {
      const rich = await stage.program((_incoming, response) => {
        response.writeHead(207, { 'set-cookie': ['a=1', 'b=2'], trailer: 'x-checksum' });
        response.write('body');
        response.addTrailers({ 'x-checksum': '42' });
        response.end();
      });
      await stage.apply({ backends: [aBackend('a', rich.port)] });

      const answer = await ask({ port: stage.port });

      expect(answer).toMatchObject({ status: 207, body: 'body', trailers: { 'x-checksum': '42' } });
      expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    });

    it('brings the trailers of a request', async () => {
      const curious = await stage.curious();
      await stage.apply({ backends: [aBackend('a', curious.port)] });
      const outgoing = open('POST', { trailer: 'x-checksum' });
      outgoing.write('body');
      outgoing.addTrailers({ 'x-checksum': '42' });
      outgoing.end();

      await once(outgoing, 'response');

      expect(curious.trailers).toEqual([{ 'x-checksum': '42' }]);
    });

    it('is invited when the client waits for an invitation, and arrives', async () => {
      const echo = await stage.program((incoming, response) => incoming.pipe(response));
      await stage.apply({ backends: [aBackend('a', echo.port)] });
      const outgoing = open('POST', { expect: '100-continue', 'content-length': '5' });
      outgoing.on('continue', () => outgoing.end('hello'));
      outgoing.flushHeaders();

      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      const [body] = (await once(response, 'data')) as [Buffer];

      expect(body.toString()).toBe('hello');
    });

    it('follows on the same connection, one request after the other, in order', async () => {
      const shop = await stage.program((incoming, response) => response.end(`<${incoming.url}>`));
      await stage.apply({ backends: [aBackend('a', shop.port)] });
      const socket = connect(stage.port, '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
      });
      for (let turn = 0; turn < 5; turn += 1) socket.write(`GET /${turn} HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`);

      await waitUntil('all answers', () => heard.includes('</4>'), 5);

      expect(heard.match(/<\/\d>/g)).toEqual(['</0>', '</1>', '</2>', '</3>', '</4>']);
      socket.destroy();
    });
  });
}

/** The number once it has not grown for a while: everything on the way is full. */
async function whenStalled(look: () => number): Promise<number> {
  let last = -1;
  let since = performance.now();
  return waitUntil(
    'everything on the way to be full',
    () => {
      const now = look();
      if (now !== last) [last, since] = [now, performance.now()];
      return performance.now() - since > 500 ? now : undefined;
    },
    20,
  );
}
