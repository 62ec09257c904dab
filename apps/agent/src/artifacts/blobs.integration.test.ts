import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChunker, writeDelta } from '@almanac/delta';
import type { Digest } from '@almanac/domain';
import type { TransferOffer } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBandwidth } from './bandwidth.ts';
import { type Blobs, createBlobs, NotConnected } from './blobs.ts';
import { type ArtifactLink, DigestMismatch, TokenRefused } from './fetch-content.ts';

let directory: string;
let blobs: Blobs;
let server: Server | undefined;

const log = pino({ level: 'silent' });
const content = Buffer.from('0123456789'.repeat(20_000));
const digest = digestOf(content);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac blobs '));
  blobs = createBlobs({ directory: join(directory, 'blobs'), log });
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

function digestOf(bytes: Buffer): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

async function serve(handler: RequestListener): Promise<string> {
  const own = createServer(handler);
  server = own;
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
}

const fileOf = (name: string) => join(directory, 'blobs', name);
const partial = () => fileOf(`${digest.slice(7)}.part`);

/** Answers with the bytes from where they are asked for; the connection is lost once `most` of them are written down. */
function give(
  bytes: Buffer,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  cut?: { readonly most: number; readonly file: string },
) {
  const { request, response } = exchange;
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
  if (cut === undefined || cut.most >= rest.length) return void response.end(rest);
  response.write(rest.subarray(0, cut.most));
  const written = () => statSync(cut.file, { throwIfNoEntry: false })?.size === start + cut.most;
  return void waitUntil('the bytes to be written down', written, 10).finally(() => response.destroy());
}

const linkTo = (url: string, other: Partial<ArtifactLink> = {}): ArtifactLink => ({
  server: url,
  token: 'token',
  transfers: false,
  bandwidth: createBandwidth(() => undefined),
  signal: AbortSignal.timeout(20_000),
  ...other,
});

const bring = (url: string, onProgress: (done: number) => void = () => undefined) =>
  blobs.bring({ digest, size: content.length, onProgress }, { link: linkTo(url), bases: [] });

describe('an artifact is brought', () => {
  const serveContent = (most: number, ranges: (string | undefined)[] = []) =>
    serve((request, response) => {
      ranges.push(request.headers.range);
      give(content, { request, response }, { most, file: partial() });
    });

  it('as a verified file, and shows how far it is', async () => {
    const seen: number[] = [];
    const file = await bring(await serveContent(Number.POSITIVE_INFINITY), (done) => seen.push(done));

    expect(readFileSync(file).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('from where the connection was lost, as often as it is lost', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serveContent(9000, ranges);
    for (let cut = 0; cut < 22; cut += 1) await expect(bring(url)).rejects.toThrow('terminated');

    const file = await bring(url);

    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, ...Array.from({ length: 22 }, (_, index) => `bytes=${9000 * (index + 1)}-`)]);
  });

  it('once, by two sites that want it at the same time', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serveContent(Number.POSITIVE_INFINITY, ranges);

    const files = await Promise.all([bring(url), bring(url)]);

    expect(ranges).toHaveLength(1);
    expect(readFileSync(files[1]).equals(content)).toBe(true);
  });

  it('from its beginning by a server that does not go on in the middle', async () => {
    await mkdir(join(directory, 'blobs'));
    await writeFile(partial(), content.subarray(0, 1000));
    const file = await bring(await serve((_request, response) => response.end(content)));

    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('no faster than the bandwidth allows', async () => {
    const url = await serveContent(Number.POSITIVE_INFINITY);
    let waited = 0;
    const bandwidth = createBandwidth(() => 100_000, {
      now: () => waited,
      pause: async (ms) => {
        waited += ms;
      },
    });

    await blobs.bring(
      { digest, size: content.length, onProgress: () => undefined },
      { link: linkTo(url, { bandwidth }), bases: [] },
    );

    expect(waited).toBeGreaterThanOrEqual(1750);
    expect(waited).toBeLessThan(2100);
  });

  it('not at all with other content of the same size, of which nothing is kept', async () => {
    const other = Buffer.from(content);
    other[5] = 0;
    const url = await serve((_request, response) => response.end(other));

    await expect(bring(url)).rejects.toBeInstanceOf(DigestMismatch);

    expect(await readdir(join(directory, 'blobs'))).toEqual([]);
  });

  it('not further than its announced size', async () => {
    const url = await serve((_request, response) => {
      const more = () => response.write(content, (error) => (error ? undefined : more()));
      more();
    });

    await expect(bring(url)).rejects.toThrow('larger than announced');
  });

  it('from the server alone, wherever that says it is', async () => {
    const elsewhere: string[] = [];
    const other = createServer((request, response) => {
      elsewhere.push(request.headers.authorization ?? '');
      response.end(content);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const url = await serve((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/x` }).end(),
    );
    const offered = { link: linkTo(url, { transfers: true }), bases: [] };

    await expect(bring(url)).rejects.toThrow(': 307');
    await expect(blobs.bring({ digest, size: content.length, onProgress: () => undefined }, offered)).rejects.toThrow(
      ': 307',
    );

    other.close();
    expect(elsewhere).toEqual([]);
  });

  it('with what the server says where it refuses, and with a new token where that ran out', async () => {
    const statuses = [403, 401];
    const url = await serve((_request, response) => response.writeHead(statuses.shift() ?? 500).end());

    await expect(bring(url)).rejects.toThrow('does not give artifact sha256:');
    await expect(bring(url)).rejects.toBeInstanceOf(TokenRefused);
  });
});

describe('what a machine has', () => {
  it('is kept compressed while somebody wants it, and needs no server', async () => {
    const url = await serve((request, response) => give(content, { request, response }));
    await bring(url);
    await blobs.collect([digest]);
    expect(await readdir(join(directory, 'blobs'))).toEqual([`${digest.slice(7)}.zst`]);

    const file = await blobs.bring(
      { digest, size: content.length, onProgress: () => undefined },
      { link: undefined, bases: [] },
    );

    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('goes an hour after the last one wanted it, parts that came so far included', async () => {
    await mkdir(join(directory, 'blobs'));
    const longAgo = new Date(Date.now() - 3_700_000);
    for (const name of [`${digest.slice(7)}.part`, `${'0'.repeat(64)}.part`, `${'1'.repeat(64)}.zst`]) {
      await writeFile(fileOf(name), 'x');
      await utimes(fileOf(name), longAgo, longAgo);
    }
    await writeFile(fileOf(`${'2'.repeat(64)}.zst`), 'x');

    await blobs.collect([digest]);

    expect((await readdir(join(directory, 'blobs'))).toSorted()).toEqual(
      [`${digest.slice(7)}.part`, `${'2'.repeat(64)}.zst`].toSorted(),
    );
  });

  it('is fetched again where it was damaged', async () => {
    await mkdir(join(directory, 'blobs'));
    await writeFile(fileOf(`${digest.slice(7)}.zst`), 'damaged');
    const artifact = { digest, size: content.length, onProgress: () => undefined };
    await expect(blobs.bring(artifact, { link: undefined, bases: [] })).rejects.toBeInstanceOf(NotConnected);

    const url = await serve((request, response) => give(content, { request, response }));
    expect(readFileSync(await bring(url)).equals(content)).toBe(true);
  });
});

describe('a shorter way', () => {
  const base = noise('base', 300_000);
  const target = Buffer.concat([base.subarray(0, 150_000), noise('news', 20_000), base.subarray(150_000)]);
  const wanted = { digest: digestOf(target), size: target.length, onProgress: () => undefined };

  async function deltaOf(from: Buffer | undefined, to = target): Promise<Buffer> {
    const cut = async (name: string, bytes: Buffer) => {
      await writeFile(join(directory, name), bytes);
      const chunker = createChunker();
      chunker.push(bytes);
      return { file: join(directory, name), size: bytes.length, chunks: chunker.end() };
    };
    await writeDelta({
      target: await cut('target', to),
      base: from === undefined ? undefined : await cut('base', from),
      into: join(directory, 'delta'),
      signal: AbortSignal.timeout(10_000),
    });
    return readFile(join(directory, 'delta'));
  }

  /** A server that offers, and says what it was asked for. */
  async function offering(input: { readonly offer: TransferOffer; readonly transfer: Buffer; readonly most?: number }) {
    const asked: string[] = [];
    let prepared = false;
    const url = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
      const what = pathname.split('/')[5] ?? 'whole';
      asked.push(what === 'transfer' ? `offer for ${searchParams.get('bases') ?? 'nothing'}` : what);
      if (what === 'whole') return give(target, { request, response });
      if (what === 'transfers') {
        const file = fileOf(`${wanted.digest.slice(7)}.${digestOf(input.transfer).slice(7, 23)}.part`);
        return give(
          input.transfer,
          { request, response },
          input.most === undefined ? undefined : { most: input.most, file },
        );
      }
      const offer = prepared ? input.offer : { kind: 'preparing', retryAfterSeconds: 0.01 };
      prepared = true;
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify(offer));
    });
    return { url, asked };
  }

  const over = (url: string) => ({ link: linkTo(url, { transfers: true }), bases: [digestOf(base)] });

  async function haveBase() {
    await mkdir(join(directory, 'blobs'), { recursive: true });
    await writeFile(fileOf(digestOf(base).slice(7)), base);
    await blobs.collect([digestOf(base)]);
  }

  it('is taken: a delta to what is here, once the server has made it', async () => {
    await haveBase();
    const delta = await deltaOf(base);
    const { url, asked } = await offering({
      offer: { kind: 'delta', base: digestOf(base), digest: digestOf(delta), size: delta.length },
      transfer: delta,
    });

    const file = await blobs.bring(wanted, over(url));

    expect(readFileSync(file).equals(target)).toBe(true);
    expect(asked).toEqual([`offer for ${digestOf(base)}`, `offer for ${digestOf(base)}`, 'transfers']);
    expect(delta.length).toBeLessThan(25_000);
    expect((await readdir(join(directory, 'blobs'))).filter((name) => /part|made|\.[0-9a-f]{16}$/.test(name))).toEqual(
      [],
    );
  });

  it('goes on where the connection was lost', async () => {
    await haveBase();
    const delta = await deltaOf(base);
    const { url } = await offering({
      offer: { kind: 'delta', base: digestOf(base), digest: digestOf(delta), size: delta.length },
      transfer: delta,
      most: 8000,
    });
    await expect(blobs.bring(wanted, over(url))).rejects.toThrow('terminated');
    await expect(blobs.bring(wanted, over(url))).rejects.toThrow('terminated');

    expect(readFileSync(await blobs.bring(wanted, over(url))).equals(target)).toBe(true);
  });

  it('is the compressed artifact for a machine that has nothing like it', async () => {
    const packed = await deltaOf(undefined, content);
    const offer = { kind: 'packed', digest: digestOf(packed), size: packed.length } as const;
    const { url, asked } = await offering({ offer, transfer: packed });

    const file = await blobs.bring({ digest, size: content.length, onProgress: () => undefined }, over(url));

    expect(readFileSync(file).equals(content)).toBe(true);
    expect(asked).toEqual(['offer for nothing', 'offer for nothing', 'transfers']);
  });

  it('is not asked for of a server that knows none', async () => {
    const { url, asked } = await offering({ offer: { kind: 'whole' }, transfer: Buffer.alloc(0) });

    await blobs.bring(wanted, { link: linkTo(url), bases: [] });

    expect(asked).toEqual(['whole']);
  });

  it.each<[string, (delta: Buffer) => { readonly offer: TransferOffer; readonly transfer: Buffer }]>([
    ['that is no delta', () => ({ offer: offerOf(Buffer.from('nonsense')), transfer: Buffer.from('nonsense') })],
    [
      'that has other bytes than announced',
      (delta) => ({ offer: { ...offerOf(delta), size: delta.length }, transfer: Buffer.alloc(delta.length) }),
    ],
    [
      'that is longer than the artifact',
      (delta) => ({ offer: { ...offerOf(delta), size: target.length }, transfer: delta }),
    ],
    ['to a base that nobody has', (delta) => ({ offer: { ...offerOf(delta), base: digest }, transfer: delta })],
  ])('%s is left, and the artifact comes as it is', async (_title, made) => {
    await haveBase();
    const { url, asked } = await offering(made(await deltaOf(base)));

    const file = await blobs.bring(wanted, over(url));

    expect(readFileSync(file).equals(target)).toBe(true);
    expect(asked.at(-1)).toBe('whole');
  });

  it('that makes something else of a base that was changed is left, too', async () => {
    await haveBase();
    await writeFile(fileOf(digestOf(base).slice(7)), Buffer.alloc(base.length, 7));
    const delta = await deltaOf(base);
    const { url, asked } = await offering({ offer: offerOf(delta), transfer: delta });

    expect(readFileSync(await blobs.bring(wanted, over(url))).equals(target)).toBe(true);
    expect(asked.at(-1)).toBe('whole');
  });

  function offerOf(bytes: Buffer) {
    return { kind: 'delta', base: digestOf(base), digest: digestOf(bytes), size: bytes.length } as const;
  }
});
