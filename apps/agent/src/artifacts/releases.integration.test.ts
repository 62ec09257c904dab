import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { DesiredApplication } from '@almanac/protocol';
import { pino } from 'pino';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSiteFiles } from '../files/site-files.ts';
import { anOrder } from '../journal/journal-for-tests.ts';
import { createBandwidth } from './bandwidth.ts';
import { createBlobs } from './blobs.ts';
import { createReleases, type Releases } from './releases.ts';

let directory: string;
let releases: Releases;
let order: DesiredApplication;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac releases '));
  const tar = pack();
  tar.entry({ name: 'server.js' }, 'the content');
  tar.finalize();
  const bytes = await buffer(tar);
  const hex = createHash('sha256').update(bytes).digest('hex');
  await mkdir(join(directory, 'blobs'));
  await writeFile(join(directory, 'blobs', hex), bytes);
  releases = createReleases({
    files: createSiteFiles({ site: 'berlin', directory, runtime: undefined }),
    source: {
      server: 'http://127.0.0.1',
      blobs: createBlobs({ directory: join(directory, 'blobs'), log: pino({ level: 'silent' }) }),
      bandwidth: createBandwidth(() => undefined),
      access: () => undefined,
      renewAccess: () => undefined,
      earlier: () => [],
    },
  });
  const module = { name: 'web', artifact: { digest: `sha256:${hex}`, size: bytes.length }, volumes: {} };
  order = { ...anOrder('1.0.0'), modules: [module as unknown as DesiredApplication['modules'][number]] };
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the files of a module', () => {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const server = () => join(releases.directoryOf('shop-id', order.modules[0] as never), 'server.js');

  it('are unpacked once for two operations that want them: what runs of them is not taken away', async () => {
    const second = releases.prepare(order, options);
    await releases.prepare(order, options);
    const { ino } = await stat(server());
    await second;

    expect((await stat(server())).ino).toBe(ino);
    expect(releases.isReady(order)).toBe(true);
  });

  it('are put back without a server', async () => {
    await releases.prepare(order, options);
    await releases.collect(['shop-id'], [order]);
    await writeFile(server(), 'changed by hand');
    const { changed } = await releases.look(order, { full: true });

    await releases.repair(order, { changed, signal: options.signal });

    expect(changed).toEqual([{ module: 'web', name: 'server.js', how: 'changed' }]);
    expect(await readFile(server(), 'utf8')).toBe('the content');
  });
});
