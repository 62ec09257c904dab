import type { Chunk } from './chunker.ts';

const keySize = 16;
const entrySize = keySize + 4;

/** Chunks as they are kept beside their content: 16 bytes of key, four of size (big-endian). */
export function writeChunks(chunks: readonly Chunk[]): Buffer {
  const bytes = Buffer.alloc(chunks.length * entrySize);
  for (const [index, { key, size }] of chunks.entries()) {
    bytes.write(key, index * entrySize, 'hex');
    bytes.writeUInt32BE(size, index * entrySize + keySize);
  }
  return bytes;
}

/** Reads what `writeChunks` wrote; undefined when it is not whole, or not of content of this size. */
export function readChunks(bytes: Buffer, contentSize: number): readonly Chunk[] | undefined {
  if (bytes.length % entrySize !== 0) return undefined;
  const chunks: Chunk[] = [];
  let total = 0;
  for (let at = 0; at < bytes.length; at += entrySize) {
    const size = bytes.readUInt32BE(at + keySize);
    chunks.push({ key: bytes.toString('hex', at, at + keySize), size });
    total += size;
  }
  return total === contentSize ? chunks : undefined;
}

/** How many bytes of the target are in chunks that the base has too. */
export function sharedBytes(base: readonly Chunk[], target: readonly Chunk[]): number {
  const known = new Set(base.map((each) => each.key));
  return target.reduce((sum, each) => (known.has(each.key) ? sum + each.size : sum), 0);
}
