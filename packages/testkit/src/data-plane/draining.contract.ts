import { Agent } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { ask } from './ask.ts';
import { aBackend } from './config.ts';
import { startTcpProgram } from './program.ts';
import type { Stage } from './stage.ts';

export function drainingContract(stage: Stage): void {
  describe('a backend that drains', () => {
    it('takes no new request, and ends what runs', async () => {
      const [old, fresh] = [await stage.patient('old'), await stage.says('new')];
      await stage.apply({ backends: [aBackend('old', old.port)] });
      const running = ask({ port: stage.port });
      await waitUntil('the request to run', () => old.waiting.length === 1, 5);

      await stage.apply({
        backends: [aBackend('old', old.port, { state: 'draining' }), aBackend('new', fresh.port)],
      });

      expect((await ask({ port: stage.port })).body).toBe('new');
      expect((await stage.stats()).backends.find((each) => each.instance === 'old')?.inFlight).toBe(1);
      old.answer();
      expect((await running).body).toBe('old');
      await waitUntil(
        'nothing to run',
        async () => (await stage.stats()).backends.find((each) => each.instance === 'old')?.inFlight === 0,
        5,
      );
    });

    it('is not cut off, though the configuration names it no more', async () => {
      const [old, fresh] = [await stage.patient('old'), await stage.says('new')];
      await stage.apply({ backends: [aBackend('old', old.port)] });
      const running = ask({ port: stage.port });
      await waitUntil('the request to run', () => old.waiting.length === 1, 5);

      await stage.apply({ backends: [aBackend('new', fresh.port)] });
      old.answer();

      expect(await running).toMatchObject({ status: 200, body: 'old' });
    });

    it.each([
      ['versions', { rules: [] }],
      ['versions and rules', { rules: [{ from: 'header', name: 'x-a', match: 'equals', value: 'b', version: 'new' }] }],
    ] as const)('leaves no client behind on a connection that it kept when %s change', async (_title, routing) => {
      const [old, fresh] = [await stage.says('old'), await stage.says('new')];
      await stage.apply({ backends: [aBackend('old', old.port)] });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const next = () => ask({ port: stage.port, agent });
      expect((await next()).body).toBe('old');

      await stage.apply({ backends: [aBackend('new', fresh.port)], routing: { rules: [...routing.rules] } });
      await old.close();

      expect((await next()).body).toBe('new');
      agent.destroy();
    });
  });

  describe('a service that holds', () => {
    it('lets requests wait until somebody is there, and loses none', async () => {
      await stage.apply({ backends: [], hold: true });
      const waiting = Array.from({ length: 20 }, () => ask({ port: stage.port, method: 'POST', body: 'an order' }));
      await waitUntil('all to wait', async () => (await stage.stats()).held === 20, 5);
      const fresh = await stage.says('served');

      await stage.apply({ backends: [aBackend('new', fresh.port)] });

      expect((await Promise.all(waiting)).every((each) => each.status === 200 && each.body === 'served')).toBe(true);
      expect((await stage.stats()).held).toBe(0);
    });

    it('lets no more wait than it may, and no longer', async () => {
      await stage.apply({ backends: [], hold: true, limits: { holdRequests: 2, holdSeconds: 0.3 } });
      const waiting = [ask({ port: stage.port }), ask({ port: stage.port })];
      await waitUntil('both to wait', async () => (await stage.stats()).held === 2, 5);

      expect(await ask({ port: stage.port })).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect((await Promise.all(waiting)).map((each) => each.status)).toEqual([503, 503]);
    });

    it.skipIf(stage.lacks('forgets-who-waits'))('forgets a client that left', async () => {
      await stage.apply({ backends: [], hold: true });
      const leaving = connect(stage.port, '127.0.0.1');
      leaving.on('error', () => undefined);
      leaving.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
      await waitUntil('it to wait', async () => (await stage.stats()).held === 1, 5);

      leaving.destroy();

      await waitUntil('it to be forgotten', async () => (await stage.stats()).held === 0, 10);
    });
  });

  describe('a backend that fails', () => {
    it('costs nothing when nobody listens there and another one does', async () => {
      const [gone, there] = [await stage.says('gone'), await stage.says('there')];
      await gone.close();
      await stage.apply({ backends: [aBackend('a', gone.port), aBackend('b', there.port)] });

      for (let count = 0; count < 6; count += 1) expect((await ask({ port: stage.port })).body).toBe('there');
      const posted = await Promise.all(
        Array.from({ length: 6 }, () => ask({ port: stage.port, method: 'POST', body: 'an order' })),
      );
      expect(posted.every((each) => each.body === 'there')).toBe(true);
    });

    it('costs nothing when it hangs up after each answer without saying so', async () => {
      const brusque = stage.keep(
        await startTcpProgram((socket) =>
          socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone')),
        ),
      );
      await stage.apply({ backends: [aBackend('a', brusque.port)] });
      const agent = new Agent({ keepAlive: true });

      for (let turn = 0; turn < 20; turn += 1)
        expect((await ask({ port: stage.port, method: 'POST', body: 'an order', agent })).body).toBe('done');
      agent.destroy();
    });

    it('is answered for with 502 when it dies under a request, which is not sent twice', async () => {
      let taken = 0;
      const dying = await stage.program((incoming) => {
        taken += 1;
        incoming.socket.destroy();
      });
      await stage.apply({ backends: [aBackend('a', dying.port)] });

      expect((await ask({ port: stage.port, method: 'POST', body: 'an order' })).status).toBe(502);
      expect(taken).toBe(1);
      expect((await stage.stats()).versions).toMatchObject([{ version: 'a', requests: 1, errors: 1 }]);
    });

    it('ends the answer visibly when it dies in the middle of it', async () => {
      const dying = await stage.program((_incoming, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => response.destroy());
      });
      await stage.apply({ backends: [aBackend('a', dying.port)] });

      await expect(ask({ port: stage.port })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    });

    it('is given up after so long without a byte: 504', async () => {
      const mute = await stage.patient('never');
      await stage.apply({ backends: [aBackend('a', mute.port)], limits: { backendIdleSeconds: 0.3 } });

      expect((await ask({ port: stage.port })).status).toBe(504);
    });

    it('is told when the client left', async () => {
      let arrived = false;
      let left = false;
      const slow = await stage.program((incoming) => {
        arrived = true;
        incoming.on('close', () => {
          left = true;
        });
      });
      await stage.apply({ backends: [aBackend('a', slow.port)] });
      const leaving = connect(stage.port, '127.0.0.1');
      leaving.on('error', () => undefined);
      leaving.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
      await waitUntil('the request', () => arrived, 5);

      leaving.destroy();

      await waitUntil('the backend to hear of it', () => left, 5);
      await waitUntil('nothing to run', async () => (await stage.stats()).backends[0]?.inFlight === 0, 5);
    });
  });
}
