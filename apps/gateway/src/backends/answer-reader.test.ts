import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerHead, UnclearAnswer } from './answer-head.ts';
import { AnswerReader, mostHeadBytes } from './answer-reader.ts';
import { type HeaderList, pairs } from './fields.ts';

interface Heard {
  readonly heads: readonly AnswerHead[];
  readonly body: string;
  readonly trailers: HeaderList | undefined;
  readonly reader: AnswerReader;
  /** Whether all bytes were of the answer. */
  readonly isAll: boolean;
}

/** What is heard of an answer that comes in these pieces. */
function hear(pieces: readonly string[], method = 'GET'): Heard {
  const heads: AnswerHead[] = [];
  let [body, isAll] = ['', true];
  let trailers: HeaderList | undefined;
  const reader = new AnswerReader(method, {
    onHead: (head) => heads.push(head),
    onData: (bytes) => {
      body += bytes.toString('latin1');
    },
    onEnd: (bytes, list) => {
      body += bytes?.toString('latin1') ?? '';
      trailers = list;
    },
  });
  for (const piece of pieces) isAll = reader.take(Buffer.from(piece, 'latin1'));
  return { heads, body, trailers, reader, isAll };
}

const answer = (headers: string, body = '', line = 'HTTP/1.1 200 OK'): string => `${line}\r\n${headers}\r\n${body}`;

const hello = answer('content-type: text/plain\r\ncontent-length: 5\r\n', 'hello');

/** A text in pieces: cut wherever, so that each mark is torn apart in some run. */
const cuts = fc.array(fc.nat(400), { maxLength: 8 });
function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.filter((place) => place < text.length).toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/);
const text = fc.stringMatching(/^[!-~\xa1-\xff]([ \t!-~\xa1-\xff]{0,20}[!-~\xa1-\xff])?$/);
const headerLines = fc
  .array(fc.tuple(word, text), { maxLength: 6 })
  .map((list) => list.map(([name, value]) => [`x-${name}`, value] as const));
const content = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

const lines = (list: readonly (readonly [string, string])[]): string =>
  list.map(([name, value]) => `${name}: ${value}\r\n`).join('');
const values = (list: HeaderList): string[] =>
  pairs(list).flatMap(([name, value]) => [value].flat().map((each) => `${name}=${each}`));
const said = (list: readonly (readonly [string, string])[]): string[] =>
  list.map(([name, value]) => `${name}=${value}`);

describe('an answer', () => {
  it('with a length is read the same wherever it was cut', () => {
    fc.assert(
      fc.property(headerLines, content, cuts, (headers, body, at) => {
        const whole = answer(`${lines(headers)}content-length: ${body.length}\r\n`, body);

        const heard = hear(cut(whole, at));

        expect(heard).toMatchObject({ body, isAll: true, trailers: [], heads: [{ status: 200, message: 'OK' }] });
        expect(values(heard.heads[0]?.headers ?? []).toSorted()).toEqual(
          [...said(headers), `content-length=${body.length}`].toSorted(),
        );
        expect(heard.reader.isOver).toBe(true);
      }),
    );
  });

  it('in chunks is read the same wherever it was cut, and so are its trailers', () => {
    const chunk = content.filter((each) => each !== '');
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 4 }), headerLines, cuts, (chunks, trailers, at) => {
        const body = chunks.map((each) => `${each.length.toString(16)};x=1\r\n${each}\r\n`).join('');
        const whole = answer('transfer-encoding: chunked\r\n', `${body}0\r\n${lines(trailers)}\r\n`);

        const heard = hear(cut(whole, at));

        expect(heard).toMatchObject({ body: chunks.join(''), isAll: true });
        expect(values(heard.trailers ?? []).toSorted()).toEqual(said(trailers).toSorted());
        expect(heard.reader.isOver).toBe(true);
      }),
    );
  });

  it('without a length goes on until the connection ends, and nothing may follow on it', () => {
    const heard = hear([answer('x: y\r\n', 'some'), ' more']);

    expect(heard).toMatchObject({ body: 'some more', trailers: undefined });
    expect(heard.reader.end()).toBe(true);
    expect(heard.reader.keepMs).toBe(0);
  });

  it('is not whole when the connection ends before its length is there, or in its head', () => {
    for (const part of [hello.slice(0, -1), hello.slice(0, 20), answer('transfer-encoding: chunked\r\n', '0\r\n')])
      expect(hear([part]).reader.end()).toBe(false);
  });

  it('comes after as many interim ones as there are', () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n';

    const heard = hear([`HTTP/1.1 100 Continue\r\n\r\n${hint}${hello}`]);

    expect(heard.heads.map((each) => each.status)).toEqual([100, 103, 200]);
    expect(heard.body).toBe('hello');
  });

  it.each([
    ['to HEAD', 'HEAD', hello.slice(0, -5)],
    ['of status 204', 'GET', answer('', '', 'HTTP/1.1 204 No Content')],
    ['of status 304, which says how long it would be', 'GET', answer('content-length: 9\r\n', '', 'HTTP/1.1 304 ')],
  ])('%s has no content', (_title, method, bytes) => {
    expect(hear([bytes], method)).toMatchObject({ body: '', isAll: true, trailers: [] });
  });

  it('keeps several values of one name apart, and without the blanks around them', () => {
    const heard = hear([answer('set-cookie:a=1\r\nSet-Cookie: \t b=2 \r\ncontent-length: 0\r\n')]);

    expect(heard.heads[0]?.headers).toEqual(['set-cookie', ['a=1', 'b=2'], 'content-length', '0']);
  });

  it('has an end, and what is behind it is not of it', () => {
    const heard = hear([`${hello}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`]);

    expect(heard).toMatchObject({ body: 'hello', isAll: false });
    expect(heard.heads).toHaveLength(1);
  });
});

describe('a connection after an answer', () => {
  it.each([
    ['is kept for less time than servers of Node do', '', 'HTTP/1.1', 4000],
    ['is kept for a second less than its backend says', 'keep-alive: timeout=3, max=7\r\n', 'HTTP/1.1', 2000],
    ['is not kept when its backend waits for a second', 'keep-alive: timeout=1\r\n', 'HTTP/1.1', 0],
    ['is not kept when its backend says so', 'connection: x-one, Close\r\n', 'HTTP/1.1', 0],
    ['is kept when an option of it has a longer name', 'connection: close-enough\r\n', 'HTTP/1.1', 4000],
    ['of HTTP/1.0 is not kept', '', 'HTTP/1.0', 0],
    ['of HTTP/1.0 is kept when its backend says so', 'connection: keep-alive\r\n', 'HTTP/1.0', 4000],
  ])('%s', (_title, headers, version, keepMs) => {
    const { reader } = hear([answer(`content-length: 0\r\n${headers}`, '', `${version} 200 OK`)]);

    expect(reader.keepMs).toBe(keepMs);
  });
});

describe('an answer that could be read in two ways', () => {
  it.each([
    ['has a length and a coding', answer('content-length: 5\r\ntransfer-encoding: chunked\r\n')],
    ['has two lengths', answer('content-length: 5\r\ncontent-length: 6\r\n')],
    ['has the same length twice', answer('content-length: 5\r\ncontent-length: 5\r\n')],
    ['has a list of lengths', answer('content-length: 5, 5\r\n')],
    ['has a negative length', answer('content-length: -5\r\n')],
    ['has a length with a sign', answer('content-length: +5\r\n')],
    ['has a length beyond all numbers', answer('content-length: 99999999999999999999\r\n')],
    ['has no value for its length', answer('content-length:\r\n')],
    ['has another coding', answer('transfer-encoding: gzip, chunked\r\n')],
    ['has a tab behind its coding', answer('transfer-encoding: chunked\t\r\n', '0\r\n\r\n')],
    ['has its coding twice', answer('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n')],
    ['has a coding that HTTP/1.0 does not know', answer('transfer-encoding: chunked\r\n', '', 'HTTP/1.0 200 OK')],
    ['ends lines with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n\r\n\r\n'],
    ['ends a header with CR alone', answer('x: y\rcontent-length: 5\r\n')],
    ['folds a header', answer('x: y\r\n content-length: 5\r\n')],
    ['has a blank before a colon', answer('content-length : 5\r\n')],
    ['has a header without a name', answer(': x\r\n')],
    ['has a header without a colon', answer('x\r\n')],
    ['has a zero byte in a header', answer('x: a\0b\r\n')],
    ['speaks another version', answer('', '', 'HTTP/2.0 200 OK')],
    ['has a status of two digits', answer('', '', 'HTTP/1.1 20 OK')],
    ['has a status of four digits', answer('', '', 'HTTP/1.1 2000 OK')],
    ['begins with an empty line', `\r\n${hello}`],
    ['leaves HTTP', answer('upgrade: websocket\r\nconnection: upgrade\r\n', '', 'HTTP/1.1 101 Switching')],
    ['has a chunk without a size', answer('transfer-encoding: chunked\r\n', '\r\nhello\r\n')],
    ['has a chunk with a sign', answer('transfer-encoding: chunked\r\n', '+5\r\nhello\r\n')],
    ['has a chunk with a size as of programs', answer('transfer-encoding: chunked\r\n', '0x5\r\nhello\r\n')],
    ['has a chunk beyond all numbers', answer('transfer-encoding: chunked\r\n', 'fffffffff\r\nhello\r\n')],
    ['has a chunk that is longer than it says', answer('transfer-encoding: chunked\r\n', '3\r\nhello\r\n0\r\n\r\n')],
    ['has a chunk with a blank behind its size', answer('transfer-encoding: chunked\r\n', '0\t\r\n\r\n')],
    ['has a length among its trailers', answer('transfer-encoding: chunked\r\n', '0\r\ncontent-length: 5\r\n\r\n')],
    ['has trailers that are none', answer('transfer-encoding: chunked\r\n', '0\r\nno trailer\r\n\r\n')],
  ])('is refused: it %s', (_title, bytes) => {
    expect(() => hear([bytes])).toThrow(UnclearAnswer);
    expect(() => hear(bytes.split(''))).toThrow(UnclearAnswer);
  });

  it.each([
    ['a head', 'HTTP/1.1 200 OK\r\nx: '],
    ['names', answer('').slice(0, -2) + Array.from({ length: 300 }, (_, at) => `x-${at}: y\r\n`).join('')],
    ['trailers', answer('transfer-encoding: chunked\r\n', '0\r\nx: ')],
    ['an extension of a chunk', answer('transfer-encoding: chunked\r\n', '5;')],
  ])('is refused: it has %s without an end', (_title, begin) => {
    expect(() => hear([`${begin}${'y'.repeat(mostHeadBytes)}\r\n\r\n`])).toThrow(UnclearAnswer);
  });

  it('is refused: interim ones come before it without an end', () => {
    const processing = 'HTTP/1.1 102 Processing\r\n\r\n';

    expect(hear([processing.repeat(100), hello]).body).toBe('hello');
    expect(() => hear([processing.repeat(101), hello])).toThrow(UnclearAnswer);
  });

  it('is read as the parser of Node reads it, or refused', async () => {
    const innocent = fc.constantFrom(
      hello,
      answer('x: 1\r\ntransfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\ny: 2\r\n\r\n'),
    );
    const edit = fc.record({
      at: fc.nat(hello.length + 20),
      cut: fc.nat(3),
      put: fc.constantFrom(
        ...['\r', '\n', '\r\n', ' ', '\t', '\0', ':', ',', '0', '1', ''],
        ...['transfer-encoding: chunked\r\n', 'content-length: 3\r\n', 'connection: close\r\n', '\r\n\r\n'],
      ),
    });
    const spoilt = fc
      .tuple(innocent, fc.array(edit, { minLength: 1, maxLength: 3 }))
      .map(([from, edits]) =>
        edits.reduce((whole, { at, cut: less, put }) => whole.slice(0, at) + put + whole.slice(at + less), from),
      );

    await fc.assert(
      fc.asyncProperty(spoilt, async (bytes) => {
        const ours = readByUs(bytes);
        if (ours !== undefined) expect(await readByNode(bytes)).toEqual(ours);
      }),
      { numRuns: 10_000 },
    );
  });
});

interface Read {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Undefined where it is refused or not whole. */
function readByUs(bytes: string): Read | undefined {
  try {
    const { heads, body, reader } = hear([bytes]);
    const { status, headers } = heads.at(-1) ?? { status: 0, headers: [] };
    return reader.end() ? { status, headers: values(headers).toSorted(), body } : undefined;
  } catch (error) {
    if (error instanceof UnclearAnswer) return undefined;
    throw error;
  }
}

async function readByNode(bytes: string): Promise<Read | string> {
  const [near, far] = duplexPair();
  const outgoing = request({ createConnection: () => near as never, host: 'shop.localhost' });
  // What comes behind the answer is a fault that nobody waits for.
  outgoing.on('error', () => undefined);
  far.resume();
  far.end(bytes, 'latin1');
  try {
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of incoming.setEncoding('latin1')) body += String(chunk);
    const raw = incoming.rawHeaders;
    const headers = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name.toLowerCase()}=${raw[at + 1]}`] : []));
    return { status: incoming.statusCode ?? 0, headers: headers.toSorted(), body };
  } catch (error) {
    return `refused: ${String(error)}`;
  } finally {
    outgoing.destroy();
    far.destroy();
  }
}
