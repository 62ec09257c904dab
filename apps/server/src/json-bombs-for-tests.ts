import { agentProtocol, type Route, routes } from '@almanac/protocol';
import type { ServerForTests } from './server-for-tests.ts';

export interface Bomb {
  readonly name: string;
  readonly body: string | Buffer;
}

const mebibyte = 1024 * 1024;
/** As long as what a person's program may send. */
const fits = (text: string) => text.slice(0, mebibyte);

/** Documents that cost a careless reader time, memory or its stack; `size` is how many keys, items or levels they have. */
export function jsonBombs(size: number): readonly Bomb[] {
  const many = (each: (at: number) => string) => Array.from({ length: size }, (_, at) => each(at)).join(',');
  const utf8 = (...bytes: readonly number[]) =>
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);
  const bombs: readonly (readonly [string, string | Buffer])[] = [
    ['deep lists', '['.repeat(size) + ']'.repeat(size)],
    ['deep lists that never end', '['.repeat(2 * size)],
    ['deep objects', `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`],
    ['deep in a member', `{"name":${'['.repeat(size)}${']'.repeat(size)}}`],
    ['deep in turns', `${'[{"a":'.repeat(size)}1${'}]'.repeat(size)}`],
    ['ends alone', ']}'.repeat(size)],
    ['many keys', `{${many((at) => `"k${at}":1`)}}`],
    ['many keys that fit', fits(`{${many((at) => `"k${at}":1`)}`).replace(/,[^,]*$/, '}')],
    ['many items', `[${many(() => '1')}]`],
    ['many empty containers', `[${many(() => '{}')}]`],
    ['commas', ','.repeat(size)],
    ['keys that collide as numbers', `{${many((at) => `"${(at * 8192) % 10_000_000}${at}":1`)}}`],
    ['few keys that collide as numbers', `{${collidingNumbers().join(',')}}`],
    ['few keys that collide elsewhere', `{${collidingTexts(12).join(',')}}`],
    ['one key again and again', `{${many(() => '"name":1')}}`],
    ['one key in two spellings', '{"name":1,"n\\u0061me":2}'],
    ['__proto__', '{"__proto__":{"administrator":true}}'],
    ['__proto__ in another spelling', '{"\\u005f\\u005fproto__":{"administrator":true}}'],
    ['constructor', '{"constructor":{"prototype":{"administrator":true}}}'],
    ['a long number', `{"name":${'9'.repeat(size)}}`],
    ['a long fraction', `{"name":0.${'0'.repeat(size)}1}`],
    ['a large exponent', '{"name":1e999999999}'],
    ['a long exponent', `{"name":1e${'9'.repeat(size)}}`],
    ['numbers that are none', '[NaN,Infinity,-,+1,01,1.,.1,0x10]'],
    ['a long text', `{"name":"${'x'.repeat(size)}"}`],
    ['a long text of escapes', `{"name":"${'\\u0041'.repeat(size)}"}`],
    ['a long key', `{"${'x'.repeat(size)}":1}`],
    ['a text that never ends', `{"name":"${'\\\\'.repeat(size)}\\"`],
    ['half a pair', '{"name":"\\ud800"}'],
    ['zeros', '\0'.repeat(size)],
    ['blanks', ' '.repeat(size)],
    ['sixteen bits', Buffer.from('{"name":"x"}', 'utf16le')],
    ['a byte that is no text', utf8(0xff)],
    ['an overlong slash', utf8(0xc0, 0xaf)],
    ['half a letter', utf8(0xe2, 0x82)],
    ['a surrogate as bytes', utf8(0xed, 0xa0, 0x80)],
    ['nothing', ''],
    ['a word', 'true'],
  ];
  return bombs.map(([name, body]) => ({ name, body }));
}

/** V8 takes a number in text for its own hash: in a table of 8192 places these meet in one. */
function collidingNumbers(): readonly string[] {
  return Array.from({ length: 1200 }, (_, at) => `"${at * 8192}":1`);
}

/** "Aa" and "BB" are the same to hashes that multiply by 31; so is each row of them. */
function collidingTexts(length: number): readonly string[] {
  return Array.from({ length: 2 ** length }, (_, at) => {
    const key = Array.from({ length }, (__, bit) => ((at >> bit) & 1 ? 'Aa' : 'BB')).join('');
    return `"${key}":1`;
  });
}

/** Operations that take a document, with a path that leads to their handler. */
export const takesDocuments: readonly {
  readonly method: string;
  readonly path: string;
  readonly as: Route['permission'];
}[] = Object.values<Route>(routes)
  .filter(({ body, raw }) => body !== undefined && raw !== 'request')
  .map(({ method, path, permission }) => ({ method, path: path.replace(/:\w+/g, 'x'), as: permission }));

/** What a server answers to whatever it does not like; "too many" is one of them. */
const refusals = new Set([400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 428, 429]);

/** Sends each document to each operation; gives what was not refused, and how many were sent. */
export async function throwBombs(
  tests: ServerForTests,
  bombs: readonly Bomb[],
  operations = takesDocuments,
): Promise<{ readonly sent: number; readonly wrong: readonly string[]; readonly statuses: ReadonlySet<number> }> {
  const statuses = new Set<number>();
  const wrong: string[] = [];
  let sent = 0;
  const throwAt = async (input: { readonly to: string; readonly url: string; readonly token: string }, bomb: Bomb) => {
    const { statusCode } = await tests.server.http.inject({
      method: input.to as 'POST',
      url: input.url,
      headers: { host: '127.0.0.1', authorization: `Bearer ${input.token}`, 'content-type': 'application/json' },
      payload: bomb.body,
    });
    sent += 1;
    statuses.add(statusCode);
    if (!refusals.has(statusCode)) wrong.push(`${input.to} ${input.url} answers ${statusCode} to ${bomb.name}`);
  };
  for (const { method, path, as } of operations)
    for (const bomb of bombs)
      await throwAt(
        { to: method, url: `/api/v1${path}`, token: as === 'builder' ? tests.builder : tests.administrator },
        bomb,
      );
  return { sent, wrong, statuses };
}

/** What a stranger at the agents' door is told after one message: the code with which the connection ends. */
export async function endOfStranger(tests: ServerForTests, message: string): Promise<number> {
  const socket = new WebSocket(new URL(agentProtocol.path, tests.server.url.replace('http', 'ws')));
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', () => socket.send(message), { once: true });
    socket.addEventListener('error', () => reject(new Error('no connection')));
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
}
