import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ask, sendRaw } from './ask.ts';
import { aBackend } from './config.ts';
import { startTcpProgram } from './program.ts';
import type { Stage } from './stage.ts';

const forged = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged';

const answer = (headers: string, body: string): string => `HTTP/1.1 200 OK\r\n${headers}\r\n${body}`;

const ambiguous: readonly (readonly [title: string, bytes: string])[] = [
  ['a length and a coding', answer('content-length: 5\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')],
  ['two lengths', answer('content-length: 5\r\ncontent-length: 0\r\n', 'hello')],
  ['a length with a sign', answer('content-length: +5\r\n', 'hello')],
  ['a length in words', answer('content-length: five\r\n', 'hello')],
  ['a coding that is not chunked', answer('transfer-encoding: gzip, chunked\r\n', '5\r\nhello\r\n0\r\n\r\n')],
  ['a coding behind a tab', answer('transfer-encoding:\tchunked\r\n', '5\r\nhello\r\n0\r\n\r\n')],
  ['a folded header', answer('x: y\r\n content-length: 0\r\ncontent-length: 5\r\n', 'hello')],
  ['a blank before a colon', answer('content-length : 0\r\ncontent-length: 5\r\n', 'hello')],
  ['a header without a colon', answer('x\r\ncontent-length: 5\r\n', 'hello')],
  ['a bare CR in a header', answer('x: y\rset-cookie: a=1\r\ncontent-length: 5\r\n', 'hello')],
  ['lines that end with LF', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello'],
  ['no status', 'HTTP/1.1 OK\r\ncontent-length: 5\r\n\r\nhello'],
  ['no HTTP', 'hello\r\n\r\n'],
  ['a chunk that is longer than it says', answer('transfer-encoding: chunked\r\n', '3\r\nhello\r\n0\r\n\r\n')],
  ['a chunk without a size', answer('transfer-encoding: chunked\r\n', 'x\r\nhello\r\n0\r\n\r\n')],
  ['headers of a megabyte', answer(`x: ${'y'.repeat(1024 * 1024)}\r\ncontent-length: 5\r\n`, 'hello')],
  ['another answer behind it', `${answer('content-length: 5\r\n', 'hello')}${forged}`],
  ['content where none may be', `HTTP/1.1 204 No Content\r\n\r\n${forged}`],
];

export function answersContract(stage: Stage): void {
  /** A backend that answers each message with these bytes, whatever was asked. */
  const speaking = async (bytes: string) =>
    stage.keep(await startTcpProgram((socket) => socket.on('data', () => socket.write(bytes, 'latin1'))));

  async function isNeverUnclear(bytes: string): Promise<void> {
    const unclear = await speaking(bytes);
    await stage.apply({ backends: [aBackend('a', unclear.port)], limits: { backendIdleSeconds: 1 } });

    const heard = await sendRaw(stage.port, 'GET / HTTP/1.1\r\nhost: shop.localhost\r\nconnection: close\r\n\r\n');

    expect(confusionsIn(heard)).toEqual([]);
    const healthy = await stage.says('well');
    await stage.apply({ backends: [aBackend('b', healthy.port)] });
    expect((await ask({ port: stage.port })).body).toBe('well');
  }

  describe('an answer that could be read in two ways', () => {
    it.each(ambiguous)('is refused, or reaches the client as one that cannot: %s', (_title, bytes) =>
      isNeverUnclear(bytes),
    );

    it.skipIf(stage.lacks('refuses-zero-bytes'))('is refused: a zero byte in a header', () =>
      isNeverUnclear(answer('x: a\0b\r\ncontent-length: 5\r\n', 'hello')),
    );

    it('does not become the answer to the request of somebody else', async () => {
      const doubling = await speaking(`${answer('content-length: 4\r\n', 'mine')}${forged}`);
      await stage.apply({ backends: [aBackend('a', doubling.port)] });
      const agent = new Agent({ keepAlive: true });

      for (let turn = 0; turn < 5; turn += 1) {
        const { status, body } = await ask({ port: stage.port, agent });
        expect({ status, body }).toEqual({ status: 200, body: 'mine' });
      }
      agent.destroy();
    });
  });

  describe('an answer that comes before its request is whole', () => {
    it('reaches the client, and the next request is served', async () => {
      const hasty = await stage.program((_incoming, response) => response.writeHead(413).end('too much'));
      await stage.apply({ backends: [aBackend('a', hasty.port)] });
      const outgoing = request({
        host: '127.0.0.1',
        port: stage.port,
        method: 'POST',
        headers: { host: 'shop.localhost', 'content-length': '1000' },
      });
      outgoing.write('some of it');

      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];

      expect(response.statusCode).toBe(413);
      outgoing.on('error', () => undefined).destroy();
      expect((await ask({ port: stage.port })).status).toBe(413);
    });
  });
}

/** What an answer to a client holds that readers disagree on (RFC 9112, sections 2.2, 4, 5 and 6). */
function confusionsIn(heard: string): readonly string[] {
  const end = heard.indexOf('\r\n\r\n');
  if (heard === '') return [];
  const [line = '', ...headers] = heard.slice(0, end < 0 ? heard.length : end).split('\r\n');
  const body = end < 0 ? '' : heard.slice(end + 4);
  const named = (name: string) => headers.filter((each) => each.toLowerCase().startsWith(`${name}:`));
  const [length, coding] = [named('content-length'), named('transfer-encoding')];
  const checks: readonly (readonly [holds: boolean, words: string])[] = [
    [end >= 0, 'headers without an end'],
    [/^HTTP\/1\.[01] [2-5]\d\d( |$)/.test(line), `a status line: ${line}`],
    [
      headers.every((each) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(each)),
      'a header that is none',
    ],
    [length.length + coding.length <= 1, 'more than one framing'],
    [length.every((each) => /^content-length: *\d+$/i.test(each)), 'a length that is no number'],
    [coding.every((each) => /^transfer-encoding: *chunked$/i.test(each)), 'a coding that is not chunked'],
    [length.every((each) => body.length <= Number(each.split(':')[1])), 'something behind its content'],
    [!body.includes('HTTP/1.1'), 'another answer'],
  ];
  return checks.filter(([holds]) => !holds).map(([, words]) => words);
}
