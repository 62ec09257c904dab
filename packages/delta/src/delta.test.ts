import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChunker } from './chunker.ts';
import { applyDelta, type CutFile, writeDelta } from './delta-file.ts';
import { readSteps, writeSteps } from './steps.ts';

let directory: string;
const { signal } = new AbortController();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac delta '));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function noise(seed: number, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

async function cut(name: string, content: Buffer): Promise<CutFile> {
  const file = join(directory, name);
  await writeFile(file, content);
  const chunker = createChunker();
  chunker.push(content);
  return { file, size: content.length, chunks: chunker.end() };
}

/** Makes the delta and applies it; gives its size and what came of it. */
async function through(base: Buffer | undefined, target: Buffer) {
  const [from, to] = [base === undefined ? undefined : await cut('base', base), await cut('target', target)];
  const delta = join(directory, 'delta');
  const size = await writeDelta({ target: to, base: from, into: delta, signal });
  const into = join(directory, 'made');
  await applyDelta({ delta, base: from?.file, into, targetSize: to.size, signal });
  return { size, made: await readFile(into) };
}

const edit = fc.record({
  at: fc.nat(120_000),
  remove: fc.nat(20_000),
  insert: fc.tuple(fc.nat(1000), fc.nat(10_000)),
});

describe('a delta', () => {
  it('makes the target of the base, whatever was edited', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 6 }), async (edits) => {
        const base = noise(1, 120_000);
        const target = edits.reduce(
          (content, { at, remove, insert: [seed, size] }) =>
            Buffer.concat([content.subarray(0, at), noise(seed, size), content.subarray(at + remove)]),
          base,
        );

        expect((await through(base, target)).made.equals(target)).toBe(true);
      }),
      { numRuns: 15 },
    );
  }, 30_000);

  it.each<[string, Buffer, Buffer]>([
    ['nothing', Buffer.alloc(0), Buffer.alloc(0)],
    ['something of nothing', Buffer.alloc(0), noise(1, 5000)],
    ['nothing of something', noise(1, 5000), Buffer.alloc(0)],
    ['the same', noise(1, 100_000), noise(1, 100_000)],
    ['what is far too short to be cut', Buffer.from('a'), Buffer.from('b')],
    ['the same twice', noise(1, 100_000), Buffer.concat([noise(1, 100_000), noise(1, 100_000)])],
    ['zeros', Buffer.alloc(300_000), Buffer.alloc(500_000)],
    [
      'halves that changed places',
      noise(1, 200_000),
      Buffer.concat([noise(1, 200_000).subarray(100_000), noise(1, 200_000).subarray(0, 100_000)]),
    ],
  ])('makes %s', async (_title, base, target) => {
    expect((await through(base, target)).made.equals(target)).toBe(true);
  });

  it('is about as large as what is new', async () => {
    const base = noise(1, 1_000_000);
    const target = Buffer.concat([base.subarray(0, 500_000), noise(2, 10_000), base.subarray(500_000)]);

    expect((await through(base, target)).size).toBeLessThan(10_500);
  });

  it('is small where a few bytes changed everywhere: the old bytes are the dictionary of the new ones', async () => {
    const base = noise(1, 200_000);
    const target = Buffer.from(base);
    for (let at = 0; at < target.length; at += 2000) target[at] = (target[at] ?? 0) ^ 255;

    expect((await through(base, target)).size).toBeLessThan(2500);
  });

  it('without a base is the content, compressed', async () => {
    const target = Buffer.from('the same again and again '.repeat(10_000));
    const { size, made } = await through(undefined, target);

    expect(made.equals(target)).toBe(true);
    expect(size).toBeLessThan(500);
  });
});

describe('steps', () => {
  const span = fc.record({ offset: fc.nat(2 ** 31), size: fc.nat(2 ** 31) });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ copy: span, novel: fc.nat(2 ** 31) }), { maxLength: 20 }), (steps) => {
        const target = steps.reduce((sum, each) => sum + each.copy.size + each.novel, 0);

        expect(readSteps(writeSteps(steps), { base: 2 ** 33, target })).toEqual(steps);
      }),
    );
  });

  it('are refused, whatever the bytes are, or make exactly what was announced', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(1000), fc.nat(1000), (bytes, base, target) => {
        try {
          const steps = readSteps(bytes, { base, target });
          expect(steps.reduce((sum, each) => sum + each.copy.size + each.novel, 0)).toBe(target);
          for (const { copy } of steps) expect(copy.offset >= 0 && copy.offset + copy.size <= base).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'DeltaRefused' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a delta from outside is refused', () => {
  const plain = (steps: Parameters<typeof writeSteps>[0]) => zstdCompressSync(writeSteps(steps));
  const head = (steps: Buffer, length = steps.length) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(length);
    return Buffer.concat([Buffer.from('almdlt1\n'), size, steps]);
  };
  const none = { offset: 0, size: 0 };
  const hundred = zstdCompressSync(Buffer.alloc(100));
  const bomb = zstdCompressSync(Buffer.alloc(200 * 1024 * 1024));

  it.each<[string, Buffer, RegExp]>([
    ['when it is empty', Buffer.alloc(0), /too early/],
    ['when it is something else', Buffer.from('a tar, perhaps, of some length'), /something else/],
    ['when its steps claim to be endless', head(Buffer.alloc(0), 0xffff_ffff), /too many/],
    ['when its steps are cut off', head(Buffer.alloc(0), 100), /too early/],
    ['when its steps are no zstd', head(Buffer.from('no steps')), /cannot be unpacked/],
    ['when its steps unpack to more than steps are', head(bomb), /cannot be unpacked/],
    ['when it counts more steps than it has', head(zstdCompressSync(Buffer.from([255, 255, 3]))), /more steps/],
    [
      'when it copies from beyond the base',
      head(plain([{ copy: { offset: 950, size: 100 }, novel: 0 }])),
      /base does not have/,
    ],
    ['when it makes more than was announced', head(plain([{ copy: none, novel: 101 }])), /more than was announced/],
    ['when it makes less than was announced', head(plain([{ copy: none, novel: 99 }])), /less than was announced/],
    ['when it says nothing of what is new', head(plain([{ copy: none, novel: 100 }])), /unpacked|less is new/],
    [
      'when what is new is no zstd',
      Buffer.concat([head(plain([{ copy: none, novel: 100 }])), Buffer.alloc(50, 1)]),
      /cannot be unpacked/,
    ],
    [
      'when less is new than it says',
      Buffer.concat([head(plain([{ copy: none, novel: 100 }])), zstdCompressSync(Buffer.alloc(99))]),
      /less is new/,
    ],
    [
      'when more is new than it says',
      Buffer.concat([head(plain([{ copy: none, novel: 100 }])), zstdCompressSync(Buffer.alloc(101))]),
      /more is new/,
    ],
    [
      'when what is new is cut off',
      Buffer.concat([head(plain([{ copy: none, novel: 100 }])), hundred.subarray(0, -3)]),
      /unpacked|less is new/,
    ],
  ])('%s', async (_title, bytes, complaint) => {
    await writeFile(join(directory, 'delta'), bytes);
    await writeFile(join(directory, 'base'), noise(1, 1000));

    await expect(
      applyDelta({
        delta: join(directory, 'delta'),
        base: join(directory, 'base'),
        into: join(directory, 'made'),
        targetSize: 100,
        signal,
      }),
    ).rejects.toThrow(complaint);
  });

  it('before a bomb in it fills the disk', async () => {
    await writeFile(join(directory, 'delta'), Buffer.concat([head(plain([{ copy: none, novel: 100 }])), bomb]));

    await expect(
      applyDelta({
        delta: join(directory, 'delta'),
        base: undefined,
        into: join(directory, 'made'),
        targetSize: 100,
        signal,
      }),
    ).rejects.toThrow('more is new');

    expect((await stat(join(directory, 'made'))).size).toBeLessThanOrEqual(100);
  });
});
