import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type CutFile, chooseTransfer, needsPacked, sharedBytes, writeDelta } from '@almanac/delta';
import type { Digest } from '@almanac/domain';
import type { TransferOffer } from '@almanac/protocol';
import type { ArtifactStore } from './artifact-store.ts';

/** How artifacts go to sites: what is made for one site serves all that have the same. */
export interface Transfers {
  /** The shortest way to an artifact for whoever has the bases; it is being made where nobody asked for it before. */
  readonly offer: (target: Digest, bases: readonly Digest[]) => TransferOffer;
  readonly sizeOf: (target: Digest, transfer: Digest) => Promise<number | undefined>;
  readonly read: (
    target: Digest,
    transfer: Digest,
    range: { readonly start: number; readonly end: number },
  ) => ReadStream;
  /** Removes what nobody asked for in a week, the transfers of artifacts that are gone, and the oldest of too many. */
  readonly collect: (limits?: { readonly mostBytes: number; readonly keptMs: number }) => Promise<void>;
  /** Lets go of what is being made; what was made stays. */
  readonly close: () => void;
}

/** Below it the way costs more than the content, above it the lists of chunks are too long to be held. */
const worthBytes = { least: 65_536, most: 2 * 1024 ** 3 };
const retryAfterSeconds = 1;
/** What was found out is forgotten after a while: bases may have come since, or a disk was full then. */
const offerKeptMs = 600_000;
const mostOffers = 2000;
const usualMostWaiting = 64;
const usualLimits = { mostBytes: 4 * 1024 ** 3, keptMs: 7 * 86_400_000 };

export async function createTransfers(input: {
  readonly directory: string;
  readonly store: ArtifactStore;
  readonly onError: (error: unknown) => void;
  /** So many ways wait to be made (64); whoever asks for another one meanwhile fetches the artifact as it is. */
  readonly mostWaiting?: number;
}): Promise<Transfers> {
  const { store, mostWaiting = usualMostWaiting } = input;
  const root = join(input.directory, 'transfers');
  await mkdir(root, { recursive: true, mode: 0o700 });
  const offers = new Map<string, { readonly at: number; readonly offer: TransferOffer }>();
  const stopping = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;

  const folderOf = (target: Digest) => join(root, target.slice(7));
  const fileOf = (target: Digest, transfer: Digest) => join(folderOf(target), transfer.slice(7));
  const remember = (key: string, offer: TransferOffer) => {
    offers.delete(key);
    offers.set(key, { at: performance.now(), offer });
    const oldest = offers.keys().next().value;
    if (offers.size > mostOffers && oldest !== undefined) offers.delete(oldest);
  };

  /** Makes one way and gives its file a name by what it holds. */
  const make = async (target: CutFile & { readonly digest: Digest }, base: CutFile | undefined) => {
    const folder = folderOf(target.digest);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `${randomUUID()}.tmp`);
    try {
      await store.claimRoom(target.size);
      const size = await writeDelta({ target, base, into: temporary, signal: stopping.signal });
      const digest = await digestOf(temporary);
      await rename(temporary, fileOf(target.digest, digest));
      return { size, digest };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  };

  const prepare = async (digest: Digest, bases: readonly Digest[]): Promise<TransferOffer> => {
    const found = await store.cut(digest);
    if (found === undefined || found.size < worthBytes.least || found.size > worthBytes.most) return { kind: 'whole' };
    const target = { ...found, digest };
    const base = await closest(store, { target, bases });
    const delta = base === undefined ? undefined : { ...(await make(target, base)), base: base.digest };
    const isCompared = needsPacked({ whole: target.size, delta: delta?.size });
    const packed = isCompared ? await make(target, undefined) : undefined;
    const kind = chooseTransfer({ whole: target.size, packed: packed?.size, delta: delta?.size });
    if (delta !== undefined && kind !== 'delta') await rm(fileOf(digest, delta.digest), { force: true });
    if (packed !== undefined && kind === 'whole') await rm(fileOf(digest, packed.digest), { force: true });
    if (kind === 'delta' && delta !== undefined) return { kind, ...delta };
    return kind === 'packed' && packed !== undefined ? { kind, ...packed } : { kind: 'whole' };
  };

  return {
    offer: (target, bases) => {
      const key = [target, ...bases.toSorted()].join();
      const known = offers.get(key);
      if (known !== undefined && (known.offer.kind === 'preparing' || performance.now() - known.at < offerKeptMs))
        return known.offer;
      if (waiting >= mostWaiting) return { kind: 'whole' };
      waiting += 1;
      const preparing: TransferOffer = { kind: 'preparing', retryAfterSeconds };
      remember(key, preparing);
      // One at a time: compressing takes a processor for itself.
      turn = turn
        .then(() => prepare(target, bases))
        .catch((error: unknown): TransferOffer => {
          if (!stopping.signal.aborted) input.onError(error);
          return { kind: 'whole' };
        })
        .then((offer) => {
          waiting -= 1;
          remember(key, offer);
        });
      return preparing;
    },
    sizeOf: async (target, transfer) => {
      const file = fileOf(target, transfer);
      const info = await stat(file).catch(() => undefined);
      // Its time says when somebody asked for it last.
      if (info !== undefined) await utimes(file, new Date(), new Date());
      return info?.size;
    },
    read: (target, transfer, { start, end }) => createReadStream(fileOf(target, transfer), { start, end }),
    collect: async (limits = usualLimits) => {
      const kept: { readonly file: string; readonly size: number; readonly usedAt: number }[] = [];
      for (const hex of await readdir(root)) {
        if ((await store.sizeOf(`sha256:${hex}`)) === undefined) {
          await rm(join(root, hex), { recursive: true, force: true });
          continue;
        }
        for (const name of await readdir(join(root, hex))) {
          const file = join(root, hex, name);
          const info = await stat(file).catch(() => undefined);
          if (info === undefined) continue;
          if (Date.now() - info.mtimeMs > limits.keptMs) await rm(file, { force: true });
          else kept.push({ file, size: info.size, usedAt: info.mtimeMs });
        }
      }
      let total = 0;
      for (const { file, size } of kept.toSorted((one, other) => other.usedAt - one.usedAt)) {
        total += size;
        if (total > limits.mostBytes) await rm(file, { force: true });
      }
      // What was offered may be gone now; whoever asks again is told anew.
      for (const [key, { offer }] of offers) if (offer.kind !== 'preparing') offers.delete(key);
    },
    close: () => stopping.abort(),
  };
}

/** The base that has most of the target; undefined when none has anything of it. */
async function closest(
  store: ArtifactStore,
  input: { readonly target: CutFile; readonly bases: readonly Digest[] },
): Promise<(CutFile & { readonly digest: Digest }) | undefined> {
  let best: { readonly shared: number; readonly base: CutFile & { readonly digest: Digest } } | undefined;
  for (const digest of input.bases) {
    const base = await store.cut(digest);
    if (base === undefined || base.size > worthBytes.most) continue;
    const shared = sharedBytes(base.chunks, input.target.chunks);
    if (shared > (best?.shared ?? 0)) best = { shared, base: { ...base, digest } };
  }
  return best?.base;
}

async function digestOf(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}
