import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { type LocalAuthority, openLocalAuthority } from '@almanac/host';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { sendRaw } from './ask.ts';
import { aBackend } from './config.ts';
import { confusionsIn } from './framing.contract.ts';
import { aRequest, fields, flags, frame, frameTypes, preface } from './http2-frames.ts';
import { type Recorder, startRecorder } from './program.ts';
import type { Stage } from './stage.ts';
import { acceptance, openingLines } from './web-socket.ts';

const megabyte = 1024 * 1024;

export function tlsContract(stage: Stage): void {
  let directory: string;
  let authority: LocalAuthority;
  let tls: { certificates: { names: string[]; certificateFile: string; keyFile: string }[] };
  const sessions: ClientHttp2Session[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'certificates '));
    authority = await openLocalAuthority(directory);
    const certificate = async (file: string, names: string[]) => ({ names, ...(await authority.issue(file, names)) });
    tls = {
      certificates: [
        await certificate('shop', ['shop.localhost']),
        await certificate('star', ['*.example.test', 'example.test']),
      ],
    };
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  afterEach(() => {
    for (const each of sessions.splice(0)) each.destroy();
  });

  const open = async (options: { readonly servername?: string; readonly protocols?: string[] } = {}) => {
    const socket = connect({
      host: '127.0.0.1',
      port: stage.port,
      rejectUnauthorized: false,
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      ALPNProtocols: options.protocols ?? ['http/1.1'],
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  };
  const nameServed = async (servername?: string) => {
    const socket = await open(servername === undefined ? {} : { servername });
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  const http2 = () => {
    const session = connectHttp2(`https://127.0.0.1:${stage.port}`, {
      rejectUnauthorized: false,
      servername: 'shop.localhost',
    });
    session.on('error', () => undefined);
    sessions.push(session);
    return session;
  };
  const askHttp2 = (session: ClientHttp2Session, headers: Record<string, string>, body?: Buffer) => {
    const stream = session.request({ ':authority': 'shop.localhost', ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    return answerOf(stream);
  };

  describe('a listener with TLS', () => {
    it.each([
      ['shop.localhost', 'shop.localhost'],
      ['a.example.test', '*.example.test'],
      ['example.test', '*.example.test'],
      ['a.b.example.test', 'shop.localhost'],
      ['unknown.test', 'shop.localhost'],
      [undefined, 'shop.localhost'],
    ])('serves whoever asks for %s with the certificate of %s', async (asked, served) => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)], tls });

      expect(await nameServed(asked)).toBe(served);
    });

    it('is trusted by who trusts the authority, and serves HTTP/1.1', async () => {
      const shop = await stage.program((incoming, response) =>
        response.end(JSON.stringify([incoming.headers['x-forwarded-proto'], incoming.headers.host])),
      );
      await stage.apply({ backends: [aBackend('a', shop.port)], tls });
      const outgoing = request({
        host: '127.0.0.1',
        port: stage.port,
        servername: 'shop.localhost',
        ca: readFileSync(authority.authorityFile),
        headers: { host: 'shop.localhost' },
        agent: false,
      }).end();
      const [response] = await once(outgoing, 'response');
      const [body] = await once(response, 'data');

      expect(JSON.parse(String(body))).toEqual(['https', 'shop.localhost']);
    });

    it('gives answers of HTTP/2 the headers that are for TLS, beside those of the application', async () => {
      const own = { 'reporting-endpoints': 'own="/own"', 'referrer-policy': 'unsafe-url' };
      const shop = await stage.program((_request, response) => response.writeHead(200, own).end('shop'));
      const header = (name: string, value: string, over: 'tls' | 'plain', whenSent: 'replace' | 'add' = 'replace') => ({
        name,
        value,
        over,
        whenSent,
      });
      const headers = [
        header('strict-transport-security', 'max-age=600', 'tls'),
        header('x-over-plain', 'yes', 'plain'),
        header('referrer-policy', 'origin', 'tls'),
        header('reporting-endpoints', 'almanac="/.almanac/reports"', 'tls', 'add'),
      ];
      await stage.apply({ backends: [aBackend('a', shop.port)], tls, answers: { headers, collectsReports: false } });

      const answer = await askHttp2(http2(), { ':path': '/' });

      expect(answer.headers).toMatchObject({
        'strict-transport-security': 'max-age=600',
        'referrer-policy': 'origin',
        'reporting-endpoints': 'own="/own", almanac="/.almanac/reports"',
      });
      expect(answer.headers['x-over-plain']).toBeUndefined();
    });

    it('serves HTTP/2: headers, a body both ways, cookies and trailers', async () => {
      const shop = await stage.program((incoming, response) => {
        response.writeHead(200, {
          'x-seen': JSON.stringify([
            incoming.headers.host,
            incoming.headers['x-forwarded-proto'],
            incoming.headers['x-forwarded-host'],
            incoming.headers.cookie,
          ]),
          'set-cookie': ['a=1', 'b=2'],
          trailer: 'x-checksum',
        });
        incoming.pipe(response, { end: false });
        incoming.on('end', () => {
          response.addTrailers({ 'x-checksum': '42' });
          response.end();
        });
      });
      await stage.apply({ backends: [aBackend('a', shop.port)], tls });
      const body = Buffer.alloc(4 * megabyte, 'abc');

      const answer = await askHttp2(
        http2(),
        { ':method': 'POST', ':path': '/', cookie: 'one=1; two=2', 'content-length': String(body.length) },
        body,
      );

      expect(answer.headers[':status']).toBe(200);
      expect(JSON.parse(String(answer.headers['x-seen']))).toEqual([
        'shop.localhost',
        'https',
        'shop.localhost',
        'one=1; two=2',
      ]);
      expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
      expect(answer.body.equals(body)).toBe(true);
      expect(answer.trailers?.['x-checksum']).toBe('42');
    });

    it('brings the trailers of a request of HTTP/2', async () => {
      const curious = await stage.curious();
      await stage.apply({ backends: [aBackend('a', curious.port)], tls });
      const stream = http2().request(
        { ':method': 'POST', ':path': '/', ':authority': 'shop.localhost' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': '42' }));
      stream.end('body');

      await once(stream, 'response');

      expect(curious.trailers).toEqual([{ 'x-checksum': '42' }]);
    });

    it('serves many requests on one connection of HTTP/2, a slow one beside them', async () => {
      const slow = await stage.program((incoming, response) => {
        if (incoming.url !== '/slow') response.end(incoming.url);
      });
      await stage.apply({ backends: [aBackend('a', slow.port)], tls });
      const session = http2();
      const waiting = session.request({ ':authority': 'shop.localhost', ':path': '/slow' });
      waiting.on('error', () => undefined);

      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => askHttp2(session, { ':path': `/${index}` })),
      );

      expect(answers.map((each) => each.body.toString())).toEqual(answers.map((_, index) => `/${index}`));
      waiting.close();
    });

    it('says that a cookie is for encrypted connections only', async () => {
      const shop = await stage.says('shop');
      await stage.apply({
        backends: [aBackend('a', shop.port)],
        tls,
        routing: { sticky: { cookie: 'version', seconds: 60 } },
      });

      const { headers } = await askHttp2(http2(), { ':path': '/' });

      expect(headers['set-cookie']?.[0]).toBe('version=a; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure');
    });

    it('takes a renewed certificate without cutting a connection', async () => {
      const slow = await stage.patient('late');
      await stage.apply({ backends: [aBackend('a', slow.port)], tls });
      const socket = await open({ servername: 'shop.localhost' });
      const serial = socket.getPeerCertificate().serialNumber;
      socket.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
      await waitUntil('the request', () => slow.waiting.length === 1, 5);

      await authority.issue('shop', ['shop.localhost']);

      await waitUntil(
        'the new certificate',
        async () => {
          // Some look after their files when they are asked for their numbers.
          await stage.stats();
          const other = await open({ servername: 'shop.localhost' });
          const { serialNumber } = other.getPeerCertificate();
          other.destroy();
          return serialNumber !== serial;
        },
        15,
      );
      const heard = once(socket, 'data');
      slow.answer();
      expect(String(((await heard) as [Buffer])[0])).toMatch(/^HTTP\/1\.1 200 /);
      socket.destroy();
    }, 30_000);

    it('carries an upgraded connection', async () => {
      const echo = await stage.says('no');
      echo.server.on('upgrade', (_incoming, socket) => {
        socket.write(acceptance());
        socket.pipe(socket);
      });
      await stage.apply({ backends: [aBackend('a', echo.port)], tls });
      const socket = await open({ servername: 'shop.localhost' });
      socket.write(`GET / HTTP/1.1\r\nhost: shop.localhost\r\n${openingLines}\r\n`);
      const [head] = (await once(socket, 'data')) as [Buffer];
      expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);

      socket.write('hello');

      expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('hello');
      socket.destroy();
    });

    it('sends away who speaks no TLS, or stops in the middle of greeting', async () => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)], tls });

      expect(await sendRaw(stage.port, 'GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n', 1000)).not.toMatch(/ 200 /);

      expect((await askHttp2(http2(), { ':path': '/' })).body.toString()).toBe('shop');
    });
  });

  describe('an attack by HTTP/2', () => {
    async function recorded(): Promise<Recorder> {
      const recorder = stage.keep(await startRecorder());
      await stage.apply({ backends: [aBackend('a', recorder.port)], tls });
      return recorder;
    }

    async function attack(...frames: readonly Buffer[]): Promise<TLSSocket> {
      const socket = await open({ servername: 'shop.localhost', protocols: ['h2'] });
      socket.resume();
      socket.write(Buffer.concat([preface, frame(frameTypes.settings, flags.none, 0), ...frames]));
      return socket;
    }

    const stillServes = async () =>
      expect((await askHttp2(http2(), { ':path': '/after' })).headers[':status']).toBe(200);
    const whole = flags.endStream | flags.endHeaders;
    const headers = (pairs: readonly (readonly [string, string])[], flag: number = whole) =>
      frame(frameTypes.headers, flag, 1, fields(pairs));
    const post = aRequest('/open', 'POST');

    it.each<readonly [string, readonly Buffer[]]>([
      ['an address with a line break', [headers(aRequest('/open HTTP/1.1\r\nhost: other\r\n\r\nGET /hidden'))]],
      ['an address with a space', [headers(aRequest('/open /hidden'))]],
      ['an address that is whole', [headers(aRequest('http://other.localhost/open'))]],
      ['a method with a line break', [headers(aRequest('/open', 'GET /hidden HTTP/1.1\r\nx:'))]],
      ['a method with a space', [headers(aRequest('/open', 'GET /hidden'))]],
      ['a value with a line break', [headers([...aRequest('/open'), ['x-one', '1\r\ntransfer-encoding: chunked']])]],
      ['a value with a zero byte', [headers([...aRequest('/open'), ['x-one', 'a\0b']])]],
      ['a name with a colon', [headers([...aRequest('/open'), ['x-one: 1\r\nx-two', '2']])]],
      ['a name in capitals', [headers([...aRequest('/open'), ['X-One', '1']])]],
      ['a coding', [headers([...post, ['transfer-encoding', 'chunked']])]],
      ['what concerns a connection', [headers([...aRequest('/open'), ['connection', 'x-one']])]],
      ['another host', [headers([...aRequest('/open'), ['host', 'other.localhost']])]],
      ['an authority with a line break', [headers(aRequest('/open', 'GET', 'shop.localhost\r\nx: y'))]],
      ['no address', [headers(aRequest('/open').filter(([name]) => name !== ':path'))]],
      ['two addresses', [headers([...aRequest('/open'), [':path', '/hidden']])]],
      [
        'a length that is too small',
        [
          headers([...post, ['content-length', '1']], flags.endHeaders),
          frame(frameTypes.data, flags.endStream, 1, Buffer.from('hello')),
        ],
      ],
      [
        'a length that is too large',
        [
          headers([...post, ['content-length', '100']], flags.endHeaders),
          frame(frameTypes.data, flags.endStream, 1, Buffer.from('hello')),
        ],
      ],
      ['two lengths', [headers([...post, ['content-length', '0'], ['content-length', '5']])]],
      [
        'a tunnel',
        [
          headers([
            [':method', 'CONNECT'],
            [':authority', 'other.localhost:80'],
          ]),
        ],
      ],
    ])('is refused, or reaches the backend as one message that cannot be misread: %s', async (_title, frames) => {
      const recorder = await recorded();

      const socket = await attack(...frames);
      await settled(() => recorder.received().join('').length);

      for (const message of recorder.received()) expect(confusionsIn(message)).toEqual([]);
      socket.destroy();
      await stillServes();
    });

    it('by resetting one stream after the other is cut off or slowed down, and others are served', async () => {
      await recorded();
      const streams = Array.from({ length: 20_000 }, (_, index) => index * 2 + 1);
      const socket = await attack(
        ...streams.flatMap((id) => [
          frame(frameTypes.headers, whole, id, fields(aRequest('/open'))),
          frame(frameTypes.reset, flags.none, id, Buffer.from([0, 0, 0, 8])),
        ]),
      );

      await stillServes();

      socket.destroy();
      await waitUntil('nothing to run', async () => (await stage.stats()).backends[0]?.inFlight === 0, 10);
    });

    it('by headers without an end is cut off', async () => {
      await recorded();
      const more = frame(frameTypes.continuation, flags.none, 1, fields([['x-one', 'y'.repeat(8000)]]));
      const socket = await attack(headers(aRequest('/open'), flags.endStream));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      for (let count = 0; count < 2000 && !socket.destroyed; count += 1) socket.write(more);

      await ended;

      await stillServes();
    });

    it('by pings, settings and empty frames without an end leaves time for others', async () => {
      await recorded();
      const ping = frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8));
      const settings = frame(frameTypes.settings, flags.none, 0);
      const empty = frame(frameTypes.data, flags.none, 1);
      const socket = await attack(headers(post, flags.endHeaders));
      for (let count = 0; count < 5000; count += 1) socket.write(Buffer.concat([ping, settings, empty]));

      await stillServes();

      socket.destroy();
    });
  });
}

async function answerOf(stream: ClientHttp2Stream) {
  const chunks: Buffer[] = [];
  let trailers: Record<string, unknown> | undefined;
  stream.on('trailers', (given) => {
    trailers = given;
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [[headers]] = await Promise.all([once(stream, 'response'), once(stream, 'end')]);
  return { headers: headers as Record<string, string[] | undefined>, body: Buffer.concat(chunks), trailers };
}

/** Waits until a number has not changed for a while. */
async function settled(look: () => number): Promise<void> {
  let last = -1;
  let since = performance.now();
  await waitUntil('quiet', () => {
    const now = look();
    if (now !== last) [last, since] = [now, performance.now()];
    return performance.now() - since > 200;
  });
}
