import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, sendRaw } from './ask.ts';
import { aBackend } from './config.ts';
import { type Recorder, startRecorder } from './program.ts';
import type { Stage } from './stage.ts';

/** Nobody waits for the rest of a message longer than so: a data plane that waits for bytes says nothing. */
const quietMs = 250;
const hidden = 'GET /hidden HTTP/1.1\r\nhost: shop.localhost\r\n\r\n';
const post = (headers: string, body: string) => `POST /open HTTP/1.1\r\nhost: shop.localhost\r\n${headers}\r\n${body}`;

/** Messages of which two readers may think differently where they end, or what they ask for. */
const ambiguous: readonly (readonly [title: string, bytes: string])[] = [
  ['a length and chunks', post('content-length: 4\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks and a length', post('transfer-encoding: chunked\r\ncontent-length: 4\r\n', `0\r\n\r\n${hidden}`)],
  ['two lengths that differ', post('content-length: 5\r\ncontent-length: 0\r\n', `hello${hidden}`)],
  ['two lengths that are equal', post('content-length: 5\r\ncontent-length: 5\r\n', `hello${hidden}`)],
  ['two lengths in one header', post('content-length: 0, 5\r\n', `hello${hidden}`)],
  ['a length with a sign', post('content-length: +5\r\n', `hello${hidden}`)],
  ['a negative length', post('content-length: -1\r\n', hidden)],
  ['a hexadecimal length', post('content-length: 0x5\r\n', `hello${hidden}`)],
  ['a length with a fraction', post('content-length: 5.0\r\n', `hello${hidden}`)],
  ['an empty length', post('content-length: \r\n', hidden)],
  ['a length with a space before its colon', post('content-length : 5\r\n', `hello${hidden}`)],
  ['a length larger than any number', post('content-length: 99999999999999999999999\r\n', hidden)],
  ['chunks in disguise', post('transfer-encoding: xchunked\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks in quotes', post('transfer-encoding: "chunked"\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks behind a vertical tab', post('transfer-encoding: \x0bchunked\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks that are not last', post('transfer-encoding: chunked, identity\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks behind another coding', post('transfer-encoding: gzip, chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks behind identity', post('transfer-encoding: identity, chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['chunks twice', post('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['two codings', post('transfer-encoding: chunked\r\ntransfer-encoding: cow\r\n', `0\r\n\r\n${hidden}`)],
  ['a coding with a space before its colon', post('transfer-encoding : chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['a coding on a folded line', post('transfer-encoding:\r\n chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['a coding behind a bare CR', post('x: y\rtransfer-encoding: chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['a coding behind a bare LF', post('x: y\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${hidden}`)],
  ['a folded header', post('x-one: 1\r\n two\r\n', hidden)],
  ['a header line that begins with a space', `GET /open HTTP/1.1\r\n host: shop.localhost\r\n\r\n${hidden}`],
  ['a header without a colon', post('content-length 5\r\n', `hello${hidden}`)],
  ['a header without a name', post(': 5\r\n', hidden)],
  ['a zero byte in a header', post('x-one: a\0b\r\n', hidden)],
  ['lines that end with LF only', `GET /open HTTP/1.1\nhost: shop.localhost\n\n${hidden}`],
  [
    'chunks in HTTP/1.0',
    `POST /open HTTP/1.0\r\nhost: shop.localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  ['a chunk with an extension', post('transfer-encoding: chunked\r\n', `5;a=b\r\nhello\r\n0\r\n\r\n`)],
  [
    'a chunk with a quoted extension',
    post('transfer-encoding: chunked\r\n', `5;a="\r\n"\r\nhello\r\n0\r\n\r\n${hidden}`),
  ],
  ['a chunk whose extension ends with LF', post('transfer-encoding: chunked\r\n', `5;\nhello\r\n0\r\n\r\n${hidden}`)],
  ['a chunk whose size ends with LF', post('transfer-encoding: chunked\r\n', `5\nhello\r\n0\r\n\r\n${hidden}`)],
  ['a chunk whose size has a sign', post('transfer-encoding: chunked\r\n', `+5\r\nhello\r\n0\r\n\r\n${hidden}`)],
  ['a chunk whose size has a prefix', post('transfer-encoding: chunked\r\n', `0x5\r\nhello\r\n0\r\n\r\n${hidden}`)],
  [
    'a chunk whose size has a space before it',
    post('transfer-encoding: chunked\r\n', ` 5\r\nhello\r\n0\r\n\r\n${hidden}`),
  ],
  [
    'a chunk whose size has an underscore',
    post('transfer-encoding: chunked\r\n', `0_5\r\nhello\r\n0\r\n\r\n${hidden}`),
  ],
  [
    'a chunk larger than any number',
    post('transfer-encoding: chunked\r\n', `fffffffffffffffff5\r\nhello\r\n0\r\n\r\n`),
  ],
  ['a chunk longer than its size', post('transfer-encoding: chunked\r\n', `3\r\nhello\r\n0\r\n\r\n${hidden}`)],
  ['a chunk without its end of line', post('transfer-encoding: chunked\r\n', `5\r\nhello0\r\n\r\n${hidden}`)],
  ['trailers that frame anew', post('transfer-encoding: chunked\r\n', `0\r\ncontent-length: 40\r\n\r\n`)],
  ['trailers that are malformed', post('transfer-encoding: chunked\r\n', `0\r\nbad header\r\n\r\n${hidden}`)],
  ['two hosts', `GET /open HTTP/1.1\r\nhost: shop.localhost\r\nhost: other.localhost\r\n\r\n`],
  ['no host', `GET /open HTTP/1.1\r\nx: y\r\n\r\n`],
  ['a whole address of another host', `GET http://other.localhost/open HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['a whole address of a file', `GET file:///etc/passwd HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['an address without a slash', `GET open HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['an address with a zero byte', `GET /op\0en HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['an address with a fragment', `GET /open#part HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['a request line with more', `GET /open HTTP/1.1 more\r\nhost: shop.localhost\r\n\r\n`],
  ['a request line with two spaces', `GET  /open HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['a version that does not exist', `GET /open HTTP/9.9\r\nhost: shop.localhost\r\n\r\n`],
  ['no version', `GET /open\r\n\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a tunnel to elsewhere', `CONNECT other.localhost:80 HTTP/1.1\r\nhost: shop.localhost\r\n\r\n${hidden}`],
  [
    'a body behind an upgrade',
    post('connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 5\r\n', `hello${hidden}`),
  ],
  [
    'chunks behind an upgrade',
    post('connection: upgrade\r\nupgrade: websocket\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${hidden}`),
  ],
  ['a length that its connection keeps', post('connection: content-length\r\ncontent-length: 5\r\n', `hello`)],
  ['a host that its connection keeps', post('connection: host\r\n', '')],
];

const tooMuch: readonly (readonly [title: string, bytes: string])[] = [
  ['one header of a megabyte', post(`x: ${'y'.repeat(1024 * 1024)}\r\n`, '')],
  ['50,000 headers', post('x: y\r\n'.repeat(50_000), '')],
  ['an address of a megabyte', `GET /${'y'.repeat(1024 * 1024)} HTTP/1.1\r\nhost: shop.localhost\r\n\r\n`],
  ['trailers of a megabyte', post('transfer-encoding: chunked\r\n', `0\r\nx: ${'y'.repeat(1024 * 1024)}\r\n\r\n`)],
  [
    'an extension of a megabyte',
    post('transfer-encoding: chunked\r\n', `5;${'y'.repeat(1024 * 1024)}\r\nhello\r\n0\r\n\r\n`),
  ],
];

export function framingContract(stage: Stage): void {
  async function recorded(): Promise<Recorder> {
    const recorder = stage.keep(await startRecorder());
    await stage.apply({ backends: [aBackend('a', recorder.port)] });
    return recorder;
  }

  const stillServes = async (recorder: Recorder) => {
    const before = recorder.received().length;
    expect((await ask({ port: stage.port, path: '/after' })).status).toBe(200);
    expect(recorder.received().length).toBeGreaterThan(before);
  };

  describe('a message that could be read in two ways', () => {
    it.each(ambiguous)('is refused, or reaches the backend as one that cannot: %s', async (_title, bytes) => {
      const recorder = await recorded();

      const answer = await sendRaw(stage.port, bytes, quietMs);

      for (const message of recorder.received()) expect(confusionsIn(message)).toEqual([]);
      if (recorder.received().length === 0) expect(answer).toMatch(/^(HTTP\/1\.[01] [45]\d\d |$)/);
      await stillServes(recorder);
    });

    it('is refused whatever was made of an innocent one', async () => {
      const recorder = await recorded();
      const innocent = post('content-length: 5\r\nx-one: 1\r\n', 'hello');
      const spoilt = fc
        .array(
          fc.record({
            at: fc.nat(innocent.length),
            cut: fc.nat(3),
            put: fc.constantFrom('\r', '\n', '\r\n', ' ', '\t', '\0', ':', ',', '0', 'transfer-encoding: chunked\r\n'),
          }),
          { minLength: 1, maxLength: 4 },
        )
        .map((edits) =>
          edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), innocent),
        );

      await fc.assert(
        fc.asyncProperty(fc.array(spoilt, { minLength: 20, maxLength: 20 }), async (messages) => {
          const from = recorder.received().length;
          await Promise.all(messages.map((each) => sendRaw(stage.port, `${each}${hidden}`, 100)));
          for (const message of recorder.received().slice(from)) expect(confusionsIn(message)).toEqual([]);
        }),
        { numRuns: 10 },
      );
      await stillServes(recorder);
    }, 30_000);
  });

  describe('a message that is too large to be honest', () => {
    it.each(tooMuch)('is refused, or its excess is not passed on: %s', async (_title, bytes) => {
      const recorder = await recorded();

      const answer = await sendRaw(stage.port, bytes, 2000);

      expect(recorder.received().every((each) => each.length < 100_000)).toBe(true);
      expect(answer).toMatch(/^(HTTP\/1\.[01] \d\d\d |$)/);
      await stillServes(recorder);
    });
  });
}

/** What a message holds that readers disagree on (RFC 9112, sections 2.2, 3.2, 5 and 6; RFC 9110, section 17.9). */
export function confusionsIn(message: string): readonly string[] {
  const end = message.indexOf('\r\n\r\n');
  if (end < 0) return message === '' ? [] : ['headers without an end'];
  const [head, body] = [message.slice(0, end), message.slice(end + 4)];
  const [line = '', ...headers] = head.split('\r\n');
  const named = (name: string) => headers.filter((each) => each.toLowerCase().startsWith(`${name}:`));
  const [length, coding] = [named('content-length'), named('transfer-encoding')];
  const checks: readonly (readonly [holds: boolean, words: string])[] = [
    [/^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\/\S*|\*) HTTP\/1\.[01]$/.test(line), `a request line: ${line}`],
    [coding.length === 0 || line.endsWith('1.1'), 'a coding that HTTP/1.0 does not know'],
    [['\0', '\r', '\n', '\x0b'].every((byte) => !headers.join('').includes(byte)), 'a bare CR, LF, VT or zero'],
    [headers.every((each) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(each)), 'a header that is none, or is folded'],
    [length.length + coding.length <= 1, 'more than one framing'],
    [length.every((each) => /^content-length: *\d+$/i.test(each)), 'a length that is no number'],
    [coding.every((each) => /^transfer-encoding: *chunked$/i.test(each)), 'a coding that is not chunked'],
    [
      named('host').length === 1 && /^host: *shop\.localhost(:\d*)?$/i.test(named('host')[0] ?? ''),
      'not one host, ours',
    ],
    [!message.slice(4).includes(`\r\n\r\n${hidden}`) || isBodyOf(body, length[0]), 'a request behind the message'],
    [coding.length === 0 || chunksAreStrict(body), 'chunks that are not strict'],
  ];
  return checks.filter(([holds]) => !holds).map(([, words]) => words);
}

/** Whether what follows the headers is all of the body that they announce, and no more. */
function isBodyOf(body: string, length: string | undefined): boolean {
  return body.length <= Number(length?.split(':')[1] ?? 0);
}

function chunksAreStrict(body: string): boolean {
  let rest = body;
  for (;;) {
    const size = /^([0-9a-f]{1,8})\r\n/i.exec(rest);
    if (size === null) return rest === '';
    const bytes = Number.parseInt(size[1] ?? '', 16);
    if (bytes === 0)
      return rest.slice(size[0].length) === '\r\n' || /^([\w-]+: .*\r\n)*\r\n$/.test(rest.slice(size[0].length));
    const end = size[0].length + bytes;
    if (!'\r\n'.startsWith(rest.slice(end, end + 2))) return false;
    rest = rest.slice(end + 2);
  }
}
