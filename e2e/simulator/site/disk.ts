import type { Chance } from '../kernel/chance.ts';
import type { Work } from '../kernel/kernel.ts';

interface File {
  content: string;
  /** What of it reached the platters; null while nothing did. */
  synced: string | null;
}

/** The disk of a machine behind the cache of its kernel: what is not synced a power cut may take away. */
export interface Disk {
  readonly read: (path: string) => string | undefined;
  readonly write: (path: string, content: string) => void;
  readonly sync: (path: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Makes the names durable. */
  readonly syncDirectory: () => void;
  readonly powerCut: () => void;
  /** Whether a name was changed that a power cut could still take back: then a fault does most harm. */
  readonly isAtRisk: () => boolean;
  /** What would be there after a power cut now, if no name was lost. */
  readonly durable: (path: string) => string | undefined;
}

export function createDisk(chance: Chance): Disk {
  let names = new Map<string, File>();
  let durableNames = new Map<string, File>();
  let atRisk = false;
  return {
    isAtRisk: () => atRisk,
    read: (path) => names.get(path)?.content,
    write: (path, content) => {
      names.set(path, { content, synced: null });
    },
    sync: (path) => {
      const file = names.get(path);
      if (file !== undefined) file.synced = file.content;
    },
    rename: (from, to) => {
      const file = names.get(from);
      if (file === undefined) return;
      names.delete(from);
      names.set(to, file);
      atRisk = true;
    },
    syncDirectory: () => {
      atRisk = false;
      durableNames = new Map(names);
    },
    powerCut: () => {
      // A name that was not synced may have reached the disk all the same.
      const left = chance.happens(0.5) ? names : durableNames;
      names = new Map(
        [...left].map(([path, file]) => [path, { content: file.synced ?? '', synced: file.synced ?? '' }]),
      );
      durableNames = new Map(names);
      atRisk = false;
    },
    durable: (path) => durableNames.get(path)?.synced ?? undefined,
  };
}

/** Replaces a file as `writeDurably` of the product does: written beside it, synced, renamed, the name synced. */
export function* writeDurably(
  disk: Disk,
  given: { readonly path: string; readonly content: string; readonly sync: boolean },
): Work {
  const temporary = `${given.path}.tmp`;
  disk.write(temporary, given.content);
  yield 1;
  if (given.sync) {
    disk.sync(temporary);
    yield 1;
  }
  disk.rename(temporary, given.path);
  yield 1;
  disk.syncDirectory();
}
