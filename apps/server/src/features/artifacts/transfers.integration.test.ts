import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { applyDelta } from '@almanac/delta';
import type { Digest } from '@almanac/domain';
import type { TransferOffer } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArtifactStore, createArtifactStore } from './artifact-store.ts';
import { createTransfers, type Transfers } from './transfers.ts';

let directory: string;
let store: ArtifactStore;
let transfers: Transfers;
let errors: unknown[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac transfers '));
  store = await createArtifactStore(directory);
  errors = [];
  transfers = await createTransfers({ directory, store, onError: (error) => errors.push(error), mostWaiting: 2 });
});

afterEach(async () => {
  transfers.close();
  await rm(directory, { recursive: true, force: true });
});

function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

async function stored(content: Buffer): Promise<Digest> {
  const digest: Digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  await store.store(digest, Readable.from([content]));
  return digest;
}

async function offered(target: Digest, bases: readonly Digest[]): Promise<TransferOffer> {
  await waitUntil('the way is known', () => transfers.offer(target, bases).kind !== 'preparing');
  return transfers.offer(target, bases);
}

const old = noise('old', 300_000);
const newer = Buffer.concat([old.subarray(0, 100_000), noise('in between', 5000), old.subarray(100_000)]);

describe('an artifact is offered', () => {
  it('as a delta to what the site has most of, which gives exactly the artifact', async () => {
    const target = await stored(newer);
    const bases = [await stored(noise('another', 200_000)), await stored(old)];

    const offer = await offered(target, bases);

    expect(offer).toMatchObject({ kind: 'delta', base: bases[1] });
    if (offer.kind !== 'delta') return;
    expect(offer.size).toBeLessThan(6000);
    const [delta, base, into] = ['delta', 'base', 'into'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const size = await transfers.sizeOf(target, offer.digest);
    await writeFile(delta, await buffer(transfers.read(target, offer.digest, { start: 0, end: (size ?? 0) - 1 })));
    await writeFile(base, old);
    await applyDelta({ delta, base, into, targetSize: newer.length, signal: AbortSignal.timeout(10_000) });
    expect(size).toBe(offer.size);
    expect((await readFile(into)).equals(newer)).toBe(true);
  });

  it('compressed to whoever has nothing like it', async () => {
    const target = await stored(Buffer.from('the same over and over '.repeat(10_000)));

    expect(await offered(target, [await stored(noise('another', 100_000))])).toMatchObject({ kind: 'packed' });
  });

  it('as it is, where nothing is saved: too small, without a pattern, or with bases that nobody knows', async () => {
    const unknown: Digest = `sha256:${'0'.repeat(64)}`;

    expect(await offered(await stored(Buffer.from('small')), [])).toEqual({ kind: 'whole' });
    expect(await offered(await stored(noise('no pattern', 100_000)), [unknown])).toEqual({ kind: 'whole' });
    expect(errors).toEqual([]);
  });

  it('as it is to whoever asks while too many others wait', async () => {
    const target = await stored(newer);
    const bases = ['1', '2', '3'].map((each): Digest => `sha256:${each.repeat(64)}`);
    const first = bases.map((each) => transfers.offer(target, [each]).kind);

    expect(first).toEqual(['preparing', 'preparing', 'whole']);
    expect(await offered(target, [bases[1] ?? target])).toEqual({ kind: 'whole' });
    expect(await readdir(join(directory, 'transfers', target.slice(7)))).toEqual([]);
  });

  it('by what was stored before there were lists of chunks', async () => {
    const [target, base] = [await stored(newer), await stored(old)];
    for (const each of [target, base]) {
      const found = await store.cut(each);
      await unlink(`${found?.file}.chunks`);
    }

    expect(await offered(target, [base])).toMatchObject({ kind: 'delta' });
  });

  it('as it is, and complaining, where the way could not be made', async () => {
    const target = await stored(newer);
    await rm(join(directory, 'transfers'), { recursive: true });
    await writeFile(join(directory, 'transfers'), 'no folder');

    expect(await offered(target, [await stored(old)])).toEqual({ kind: 'whole' });
    expect(errors).toHaveLength(1);
  });
});

describe('what was made for sites', () => {
  it('goes with its artifact, with its age, and with its size', async () => {
    const [target, base] = [await stored(newer), await stored(old)];
    const offer = await offered(target, [base]);
    const file = join(directory, 'transfers', target.slice(7), offer.kind === 'delta' ? offer.digest.slice(7) : '');

    await transfers.collect();
    expect(await readdir(join(file, '..'))).toHaveLength(1);

    await transfers.collect({ mostBytes: 0, keptMs: 60_000 });
    expect(await readdir(join(file, '..'))).toEqual([]);
    expect(await offered(target, [base])).toEqual(offer);

    await utimes(file, new Date(0), new Date(0));
    await transfers.collect();
    expect(await readdir(join(file, '..'))).toEqual([]);

    await rm((await store.cut(target))?.file ?? '');
    await transfers.collect();
    expect(await readdir(join(directory, 'transfers'))).toEqual([]);
  });

  it('is not there under another artifact', async () => {
    const [target, base] = [await stored(newer), await stored(old)];
    const offer = await offered(target, [base]);

    expect(await transfers.sizeOf(base, offer.kind === 'delta' ? offer.digest : base)).toBeUndefined();
  });
});
