import { createHash, hash } from 'node:crypto';

/** A piece of content whose end is decided by the content around it: the same bytes give the same piece anywhere. */
export interface Chunk {
  /** The first half of the SHA-256 of its bytes, in hexadecimal: it tells chunks apart, and vouches for none of them. */
  readonly key: string;
  readonly size: number;
}

/** Sizes of chunks in bytes. Small ones find more that is alike; a manifest needs 20 bytes for each. */
export const chunkSizes = { least: 1024, usual: 4096, most: 32_768 } as const;

/** Cuts are rare below the usual size and frequent above it, so that sizes stay near it ("normalized chunking"). */
const rareCut = 0xfffc_0000 | 0;
const frequentCut = 0xffc0_0000 | 0;

/** 256 random numbers that never change: other ones would cut the same content elsewhere. */
const gear = Int32Array.from({ length: 256 }, (_, byte) =>
  createHash('sha256').update(`almanac chunk ${byte}`).digest().readInt32LE(0),
);

/**
 * Where the chunk ends that begins at `start`. FastCDC: a rolling gear hash, no cut before the least size, a harder and
 * then an easier condition around the usual one (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016, algorithm 1).
 */
function cutAfter(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + chunkSizes.most);
  const middle = Math.min(last, start + chunkSizes.usual);
  let at = start + chunkSizes.least;
  let print = 0;
  for (; at < middle; at += 1) {
    print = ((print << 1) + (gear[bytes[at] as number] as number)) | 0;
    if ((print & rareCut) === 0) return at + 1;
  }
  for (; at < last; at += 1) {
    print = ((print << 1) + (gear[bytes[at] as number] as number)) | 0;
    if ((print & frequentCut) === 0) return at + 1;
  }
  return last;
}

export interface Chunker {
  /** Takes the next bytes of the content. */
  readonly push: (bytes: Buffer) => void;
  /** All chunks of what was pushed. */
  readonly end: () => readonly Chunk[];
}

/** Cuts content as it passes; the chunks do not depend on the pieces in which it comes. */
export function createChunker(): Chunker {
  const chunks: Chunk[] = [];
  let rest: Buffer = Buffer.alloc(0);
  const cut = (isWhole: boolean) => {
    let start = 0;
    while (rest.length - start >= chunkSizes.most || (isWhole && start < rest.length)) {
      const end = cutAfter(rest, start, rest.length);
      chunks.push({ key: hash('sha256', rest.subarray(start, end), 'hex').slice(0, 32), size: end - start });
      start = end;
    }
    rest = rest.subarray(start);
  };
  return {
    push: (bytes) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      cut(false);
    },
    end: () => {
      cut(true);
      return chunks;
    },
  };
}
