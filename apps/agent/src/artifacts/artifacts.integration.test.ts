import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Digest } from '@almanac/domain';
import { waitUntil } from '@almanac/testkit';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigestMismatch, pullArtifact } from './pull.ts';
import { unpack } from './unpack.ts';

let directory: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac artifacts '));
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

type Entry = Partial<Header> & { readonly name: string } & { readonly content?: string };

async function tarOf(...entries: readonly Entry[]): Promise<string> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const file = join(directory, 'artifact.tar');
  await writeFile(file, await buffer(tar));
  return file;
}

describe('unpacking an artifact', () => {
  it('gives files, folders, links and what may be run', async () => {
    const file = await tarOf(
      { name: 'bin/', type: 'directory' },
      { name: 'bin/start', mode: 0o755, content: '#!/bin/sh' },
      { name: 'deep/er/file.txt', mode: 0o600, content: 'text' },
      { name: 'link', type: 'symlink', linkname: 'deep/er' },
    );
    const into = join(directory, 'release');

    await unpack({ file, into });

    expect(readFileSync(join(into, 'deep/er/file.txt'), 'utf8')).toBe('text');
    expect(statSync(join(into, 'bin/start')).mode & 0o777).toBe(0o755);
    expect(statSync(join(into, 'deep/er/file.txt')).mode & 0o777).toBe(0o644);
    expect(await readlink(join(into, 'link'))).toBe('deep/er');
  });

  it.each<[string, readonly Entry[]]>([
    ['a path that leads out', [{ name: '../evil', content: 'x' }]],
    ['an absolute path', [{ name: '/tmp/evil', content: 'x' }]],
    ['a hidden way out', [{ name: 'a/../../evil', content: 'x' }]],
    ['a link that leads out', [{ name: 'a', type: 'symlink', linkname: '../evil' }]],
    ['an absolute link', [{ name: 'a', type: 'symlink', linkname: '/etc' }]],
    [
      'links that lead out together',
      [
        { name: 'x/y', type: 'symlink', linkname: '..' },
        { name: 'x/y/z', type: 'symlink', linkname: '../../evil' },
      ],
    ],
    [
      'a file behind a link',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'a/file', content: 'x' },
      ],
    ],
    [
      'a file in the place of a link',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'a', content: 'x' },
      ],
    ],
    ['a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }]],
    ['a device', [{ name: 'a', type: 'character-device', devmajor: 1, devminor: 3 }]],
    ['a pipe', [{ name: 'a', type: 'fifo' }]],
  ])('refuses %s, and leaves nothing', async (_title, entries) => {
    const file = await tarOf({ name: 'before', content: 'fine' }, ...entries);

    await expect(unpack({ file, into: join(directory, 'release') })).rejects.toThrow(/artifact|through a link/);

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });

  it('of half a file leaves nothing', async () => {
    const file = await tarOf({ name: 'a', content: 'x'.repeat(100_000) });
    await writeFile(file, readFileSync(file).subarray(0, 50_000));

    await expect(unpack({ file, into: join(directory, 'release') })).rejects.toThrow('Unexpected end');

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });

  it('has its name only once it is complete', async () => {
    const file = await tarOf({ name: 'a', content: 'x' });
    const into = join(directory, 'release');

    await expect(
      unpack({
        file,
        into,
        complete: async () => {
          expect(existsSync(into)).toBe(false);
          throw new Error('no volume');
        },
      }),
    ).rejects.toThrow('no volume');

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });
});

describe('pulling an artifact', () => {
  const content = Buffer.from('0123456789'.repeat(20_000));
  const digest: Digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

  async function serve(handler: RequestListener): Promise<string> {
    const own = createServer(handler);
    server = own;
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
  }

  const partial = () => join(directory, 'blobs', `${digest.slice(7)}.part`);

  /** Serves the content from where it is asked for; the connection is lost once `bytes` of an answer are written down. */
  const serveContent = (bytes: number, ranges: (string | undefined)[] = []) =>
    serve((request, response) => {
      ranges.push(request.headers.range);
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const rest = content.subarray(start);
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
      if (bytes >= rest.length) return response.end(rest);
      response.write(rest.subarray(0, bytes));
      const written = () => statSync(partial(), { throwIfNoEntry: false })?.size === start + bytes;
      return void waitUntil('the bytes to be written down', written, 10).finally(() => response.destroy());
    });

  const pull = (url: string, other: { readonly size?: number; readonly onProgress?: (done: number) => void } = {}) =>
    pullArtifact({
      digest,
      size: content.length,
      server: url,
      token: 'token',
      directory: join(directory, 'blobs'),
      signal: AbortSignal.timeout(20_000),
      onProgress: () => undefined,
      ...other,
    });

  it('gives the verified file, and shows how far it is', async () => {
    const seen: number[] = [];
    const file = await pull(await serveContent(Number.POSITIVE_INFINITY), { onProgress: (done) => seen.push(done) });

    expect(readFileSync(file).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('goes on where a lost connection left it', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serveContent(90_000, ranges);
    await expect(pull(url)).rejects.toThrow('terminated');
    await expect(pull(url)).rejects.toThrow('terminated');

    const file = await pull(url);

    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=90000-', 'bytes=180000-']);
  });

  it('asks nobody when it has the file', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serveContent(Number.POSITIVE_INFINITY, ranges);

    await pull(url);
    await pull(url);

    expect(ranges).toHaveLength(1);
  });

  it('begins anew with a server that does not go on in the middle', async () => {
    await mkdir(join(directory, 'blobs'));
    await writeFile(partial(), content.subarray(0, 1000));
    const file = await pull(await serve((_request, response) => response.end(content)));

    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('refuses other content of the same size, and keeps nothing of it', async () => {
    const other = Buffer.from(content);
    other[5] = 0;
    const url = await serve((_request, response) => response.end(other));

    await expect(pull(url)).rejects.toBeInstanceOf(DigestMismatch);

    expect(await readdir(join(directory, 'blobs'))).toEqual([]);
  });

  it('stops reading what is larger than announced', async () => {
    const url = await serve((_request, response) => {
      const more = () => response.write(content, (error) => (error ? undefined : more()));
      more();
    });

    await expect(pull(url)).rejects.toThrow('larger than announced');
  });

  it('says what the server said', async () => {
    const url = await serve((_request, response) => response.writeHead(403).end());

    await expect(pull(url)).rejects.toThrow('does not give artifact sha256:');
  });
});
