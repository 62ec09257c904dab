import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Chunk, type CutFile, createChunker } from '@almanac/delta';
import { type Digest, refuse } from '@almanac/domain';
import { failpoint, freeBytes, syncDirectory } from '@almanac/host';
import { chunksOf, keepChunks } from './artifact-chunks.ts';

export interface ArtifactStore {
  /** Stores content under its digest; what does not have it leaves nothing behind. Gives the size in bytes. */
  readonly store: (digest: Digest, content: Readable) => Promise<{ readonly size: number }>;
  readonly sizeOf: (digest: Digest) => Promise<number | undefined>;
  /** Where an artifact is and how it is cut; undefined when it is not there. */
  readonly cut: (digest: Digest) => Promise<CutFile | undefined>;
  /**
   * Says whether so many bytes may be written beside the artifacts.
   *
   * @throws a refusal when they may not
   */
  readonly claimRoom: (bytes: number) => Promise<void>;
  /** Reads a part; `end` is the last byte, inclusive. */
  readonly read: (digest: Digest, range: { readonly start: number; readonly end: number }) => ReadStream;
}

const largestArtifact = 8 * 1024 ** 3;
/** So much stays free for the database, which must be able to write when an artifact cannot. */
const reserveBytes = 256 * 1024 * 1024;

/** A store on disk, named by content: written beside, synced, checked, then renamed into its place. */
export async function createArtifactStore(directory: string): Promise<ArtifactStore> {
  const uploads = join(directory, 'uploads');
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  // Uploads of a server that was killed belong to nobody.
  for (const name of await readdir(uploads)) await rm(join(uploads, name), { force: true });
  const pathOf = (digest: Digest) => join(directory, 'sha256', digest.slice(7, 9), digest.slice(7));
  const sizeOf = (digest: Digest) =>
    stat(pathOf(digest)).then(
      (info) => info.size,
      () => undefined,
    );
  const store: ArtifactStore = {
    sizeOf,
    store: async (digest, content) => {
      const present = await sizeOf(digest);
      if (present !== undefined) {
        content.resume();
        return { size: present };
      }
      const temporary = join(uploads, randomUUID());
      try {
        const { size, chunks } = await receive({
          content,
          digest,
          into: temporary,
          room: (await freeBytes(directory)) - reserveBytes,
        });
        const path = pathOf(digest);
        const folder = join(path, '..');
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await keepChunks(path, chunks);
        failpoint('artifact-before-rename');
        await rename(temporary, path);
        failpoint('artifact-after-rename');
        await syncDirectory(folder);
        await syncDirectory(join(folder, '..'));
        return { size };
      } catch (error) {
        await rm(temporary, { force: true });
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
          return refuse('disk-full', 'the artifact store has no space left; free some and build again');
        throw error;
      }
    },
    cut: async (digest) => {
      const size = await sizeOf(digest);
      const file = pathOf(digest);
      return size === undefined ? undefined : { file, size, chunks: await chunksOf(file, size) };
    },
    claimRoom: async (bytes) => {
      if ((await freeBytes(directory)) - reserveBytes < bytes)
        refuse('disk-full', 'the artifact store has no space left for what sites fetch; free some');
    },
    read: (digest, { start, end }) => createReadStream(pathOf(digest), { start, end }),
  };
  return store;
}

async function receive(input: {
  readonly content: Readable;
  readonly digest: Digest;
  readonly into: string;
  readonly room: number;
}): Promise<{ readonly size: number; readonly chunks: readonly Chunk[] }> {
  const hash = createHash('sha256');
  const chunker = createChunker();
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      chunker.push(chunk);
      done(null, chunk);
      if (size > largestArtifact || size > input.room) this.destroy(new Error('no room'));
    },
  });
  try {
    // `flush` syncs the file before it is closed.
    await pipeline(input.content, measure, createWriteStream(input.into, { flags: 'wx', mode: 0o600, flush: true }));
  } catch (error) {
    if (size > largestArtifact) return refuse('too-large', `an artifact may have ${largestArtifact} bytes`);
    if (size > input.room)
      return refuse('disk-full', 'the artifact store has no space left; free some and build again');
    throw error;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== input.digest)
    return refuse('digest-mismatch', `the content has ${actual}, not ${input.digest}; send it again`);
  return { size, chunks: chunker.end() };
}
