import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Chunk, createChunker, readChunks, writeChunks } from '@almanac/delta';
import { writeDurably } from '@almanac/host';

const suffix = '.chunks';

/** Keeps how an artifact is cut, beside it. */
export async function keepChunks(artifact: string, chunks: readonly Chunk[]): Promise<void> {
  await writeDurably(`${artifact}${suffix}`, writeChunks(chunks));
}

/** How an artifact is cut; one that came before such lists were kept is cut now. */
export async function chunksOf(artifact: string, size: number): Promise<readonly Chunk[]> {
  const kept = await readFile(`${artifact}${suffix}`).catch(() => undefined);
  const known = kept === undefined ? undefined : readChunks(kept, size);
  if (known !== undefined) return known;
  const chunker = createChunker();
  for await (const piece of createReadStream(artifact)) chunker.push(piece as Buffer);
  const chunks = chunker.end();
  await keepChunks(artifact, chunks);
  return chunks;
}
