import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChunks, writeChunks } from './chunk-list.ts';
import { type Chunk, chunkSizes, createChunker } from './chunker.ts';

/** Bytes without a pattern, the same for the same seed. */
function noise(seed: number, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

function chunksOf(content: Buffer, pieceSizes: readonly number[] = [65_536]): readonly Chunk[] {
  const chunker = createChunker();
  for (let at = 0, turn = 0; at < content.length; turn += 1) {
    const size = pieceSizes[turn % pieceSizes.length] ?? 1;
    chunker.push(content.subarray(at, at + size));
    at += size;
  }
  return chunker.end();
}

describe('content is cut', () => {
  it('at the same places, however it comes', () => {
    const content = noise(1, 300_000);
    const whole = chunksOf(content);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 }), (pieces) => {
        expect(chunksOf(content, pieces)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it.each([0, 1, 1023, 1024, 1025, 40_000, 300_000])('into chunks that make up its %d bytes', (size) => {
    const chunks = chunksOf(noise(2, size));

    expect(chunks.reduce((sum, each) => sum + each.size, 0)).toBe(size);
    for (const each of chunks.slice(0, -1)) {
      expect(each.size).toBeGreaterThan(chunkSizes.least);
      expect(each.size).toBeLessThanOrEqual(chunkSizes.most);
    }
  });

  it('into chunks of about the usual size', () => {
    const content = noise(3, 2_000_000);
    const mean = content.length / chunksOf(content).length;

    expect(mean).toBeGreaterThan(chunkSizes.usual * 0.75);
    expect(mean).toBeLessThan(chunkSizes.usual * 2);
  });

  it('so that an insertion changes the chunks around it alone', () => {
    const content = noise(4, 500_000);
    const changed = Buffer.concat([content.subarray(0, 200_000), Buffer.from('inserted'), content.subarray(200_000)]);
    const known = new Set(chunksOf(content).map((each) => each.key));

    expect(chunksOf(changed).filter((each) => !known.has(each.key)).length).toBeLessThanOrEqual(3);
  });

  it('so that what never changes is cut into the largest chunks', () => {
    const chunks = chunksOf(Buffer.alloc(200_000));

    expect(new Set(chunks.slice(0, -1).map((each) => each.size)).size).toBe(1);
  });
});

describe('a list of chunks', () => {
  it('is read as it was written', () => {
    const chunks = chunksOf(noise(5, 100_000));

    expect(readChunks(writeChunks(chunks), 100_000)).toEqual(chunks);
  });

  it('is nothing when it is cut off, or of other content', () => {
    const bytes = writeChunks(chunksOf(noise(5, 100_000)));

    expect(readChunks(bytes.subarray(0, -1), 100_000)).toBeUndefined();
    expect(readChunks(bytes.subarray(0, -20), 100_000)).toBeUndefined();
    expect(readChunks(bytes, 99_999)).toBeUndefined();
  });
});
