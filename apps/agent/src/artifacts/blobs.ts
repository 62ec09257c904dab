import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { DeltaRefused } from '@almanac/delta';
import type { Digest } from '@almanac/domain';
import type { Logger } from 'pino';
import { type ArtifactLink, DigestMismatch, fetchContent, settle, sizeOf } from './fetch-content.ts';
import { takeTransfer, type WantedArtifact } from './take-transfer.ts';

/** What nothing on this machine wants any more is of use only to what comes at about the same time. */
const unwantedKeptMs = 3_600_000;
const mostBases = 8;
const packedSuffix = '.zst';

/** The server cannot be asked now; what is missing comes as soon as it answers. */
export class NotConnected extends Error {
  constructor() {
    super('waits for the connection to the server');
    this.name = 'NotConnected';
  }
}

/**
 * Artifacts on this machine, shared by the sites of one agent: content is named by its digest. Those that are wanted are
 * kept compressed, so that the next version comes as a delta to them and a changed file is put back without the server.
 */
export interface Blobs {
  /**
   * Gives the verified file of an artifact: from this machine, else over the link.
   *
   * @param bases what the machine may have of earlier versions, likest first
   * @throws {NotConnected} when it is not here and there is no link
   */
  readonly bring: (
    artifact: WantedArtifact,
    over: { readonly link: ArtifactLink | undefined; readonly bases: readonly Digest[] },
  ) => Promise<string>;
  /** Compresses what is wanted, and removes what nobody wanted for an hour. Each site says what it wants. */
  readonly collect: (wanted: readonly Digest[]) => Promise<void>;
}

export function createBlobs(input: { readonly directory: string; readonly log: Logger }): Blobs {
  const { directory, log } = input;
  const pathOf = (digest: Digest) => join(directory, digest.slice(7));
  const turns = new Map<Digest, Promise<unknown>>();

  /** Two sites that want the same artifact do not write the same file. */
  const inTurn = async <Result>(digest: Digest, work: () => Promise<Result>): Promise<Result> => {
    const before = turns.get(digest) ?? Promise.resolve();
    const own = before.catch(() => undefined).then(work);
    turns.set(digest, own);
    try {
      return await own;
    } finally {
      if (turns.get(digest) === own) turns.delete(digest);
    }
  };

  /** The file of an artifact that is here, unpacked where it was compressed. */
  const openKept = async (digest: Digest): Promise<string | undefined> => {
    const file = pathOf(digest);
    if (existsSync(file)) return file;
    const packed = `${file}${packedSuffix}`;
    if (!existsSync(packed)) return undefined;
    const fresh = `${file}.unpacked`;
    try {
      await pipeline(createReadStream(packed), createZstdDecompress(), createWriteStream(fresh, { mode: 0o600 }));
      await settle({ file: fresh, digest, into: file });
      return file;
    } catch (error) {
      log.warn({ digest, reason: reasonOf(error) }, 'an artifact that was kept is damaged, and fetched again');
      await rm(packed, { force: true });
      await rm(fresh, { force: true });
      return undefined;
    }
  };

  const openBase = (digest: Digest) =>
    inTurn(digest, async () => {
      const file = await openKept(digest);
      if (file === undefined) throw new DeltaRefused('its base is not here any more');
      return file;
    });

  const fetchAny = async (artifact: WantedArtifact, link: ArtifactLink, bases: readonly Digest[]): Promise<void> => {
    const into = pathOf(artifact.digest);
    const here = bases.filter((each) => each !== artifact.digest && isKept(each)).slice(0, mostBases);
    if (link.transfers) {
      try {
        const way = await takeTransfer(link, { ...artifact, into, bases: here, openBase });
        if (way !== undefined)
          return log.info(
            { digest: artifact.digest, size: artifact.size, came: way.size },
            `artifact fetched: ${way.kind}`,
          );
      } catch (error) {
        if (!(error instanceof DeltaRefused || error instanceof DigestMismatch)) throw error;
        log.warn({ digest: artifact.digest, reason: error.message }, 'an artifact is fetched as it is');
      }
    }
    await fetchContent(link, { ...artifact, path: `/api/v1/artifacts/${artifact.digest}`, into });
    log.info({ digest: artifact.digest, size: artifact.size }, 'artifact fetched: whole');
  };

  const isKept = (digest: Digest) => existsSync(pathOf(digest)) || existsSync(`${pathOf(digest)}${packedSuffix}`);

  const pack = (digest: Digest) =>
    inTurn(digest, async () => {
      const file = pathOf(digest);
      const packed = `${file}${packedSuffix}`;
      if (!existsSync(file)) return;
      if (!existsSync(packed)) {
        const fresh = `${packed}.tmp`;
        await pipeline(
          createReadStream(file),
          createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
          createWriteStream(fresh, { mode: 0o600 }),
        );
        await rename(fresh, packed);
      }
      await rm(file, { force: true });
    });

  return {
    bring: (artifact, { link, bases }) =>
      inTurn(artifact.digest, async () => {
        const kept = await openKept(artifact.digest);
        if (kept !== undefined && (await sizeOf(kept)) === artifact.size) return kept;
        if (link === undefined) throw new NotConnected();
        await fetchAny(artifact, link, bases);
        return pathOf(artifact.digest);
      }),
    collect: async (wanted) => {
      const names = new Set(wanted.map((each) => each.slice(7)));
      for (const name of await readdir(directory).catch(() => [])) {
        const file = join(directory, name);
        const info = await stat(file).catch(() => undefined);
        if (info === undefined) continue;
        // What belongs to a wanted artifact is kept by its time, parts that came so far included.
        if (names.has(name.slice(0, 64))) await utimes(file, new Date(), new Date()).catch(() => undefined);
        else if (Date.now() - info.mtimeMs > unwantedKeptMs) await rm(file, { force: true });
      }
      for (const digest of new Set(wanted)) await pack(digest);
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
