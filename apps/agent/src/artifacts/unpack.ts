import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diskKey, faultOfEntryName, linkStaysInside } from '@almanac/domain';
import { failpoint, syncDirectory, syncTree } from '@almanac/host';
import { extract, type Header } from 'tar-stream';

export interface UnpackLimits {
  /** Files, links, and folders, also those that only the names of others tell of. */
  readonly entries: number;
  /** Of all files together. */
  readonly bytes: number;
}

const usualLimits: UnpackLimits = { entries: 500_000, bytes: 16 * 1024 ** 3 };

/** Unpacks a tar into a new directory, whole or not at all; whatever would land outside of it is refused. */
export async function unpack(input: {
  readonly file: string;
  readonly into: string;
  /** Adds what belongs into the directory before it is there under its name; is told the content of each file. */
  readonly complete?: (directory: string, contents: ReadonlyMap<string, string>) => Promise<void>;
  readonly limits?: UnpackLimits;
}): Promise<void> {
  const { limits = usualLimits } = input;
  const fresh = `${input.into}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  const tar = extract();
  let entries = 0;
  let bytes = 0;
  const taken = new Taken();
  const contents = new Map<string, string>();
  const reading = pipeline(createReadStream(input.file), tar);
  // It is waited for below; when it fails while an entry is written, nobody waits yet.
  reading.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const { header } = entry;
      entries += 1;
      bytes += header.size ?? 0;
      const name = insidePath(header.name);
      const folders = taken.take(name, header);
      if (Math.max(entries, taken.size) > limits.entries || bytes > limits.bytes)
        throw new Error('the artifact holds more than a site unpacks');
      const path = join(fresh, name);
      if (folders > 0)
        await mkdir(header.type === 'directory' ? path : dirname(path), { recursive: true, mode: 0o755 });
      if (header.type === 'file') {
        const hash = createHash('sha256');
        const mode = executable(header) ? 0o755 : 0o644;
        // On a disk that takes two names for one, the second is refused here.
        await pipeline(entry, hashInto(hash), createWriteStream(path, { flags: 'wx', mode }));
        contents.set(name, hash.digest('hex'));
      } else if (header.type === 'symlink') await symlink(insideLink(header), path);
      else if (header.type !== 'directory')
        throw new Error(`${header.name} is a ${header.type}, which an artifact does not hold`);
      if (header.type === 'file' && executable(header)) await chmod(path, 0o755);
      entry.resume();
    }
    await reading;
    await input.complete?.(fresh, contents);
    // Its name says that it is complete, also after a power cut.
    await syncTree(fresh);
  } catch (error) {
    tar.destroy();
    await reading.catch(() => undefined);
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await rm(input.into, { recursive: true, force: true });
  failpoint('release-before-rename');
  await rename(fresh, input.into);
  failpoint('release-after-rename');
  await syncDirectory(dirname(input.into));
}

/** What passes is hashed on its way to the disk, so that it need not be read again. */
function hashInto(hash: Hash) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

/** Puts some files of a tar back into a directory that is in use, each whole or not at all. */
export async function putBack(input: {
  readonly file: string;
  readonly into: string;
  readonly names: ReadonlySet<string>;
}): Promise<void> {
  const tar = extract();
  const reading = pipeline(createReadStream(input.file), tar);
  reading.catch(() => undefined);
  for await (const entry of tar) {
    const { header } = entry;
    const name = header.type === 'file' ? insidePath(header.name) : '';
    if (input.names.has(name)) {
      const path = join(input.into, name);
      const fresh = `${path}.almanac-tmp`;
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await rm(fresh, { recursive: true, force: true });
      await pipeline(entry, createWriteStream(fresh, { mode: executable(header) ? 0o755 : 0o644 }));
      if (executable(header)) await chmod(fresh, 0o755);
      await rename(fresh, path);
    }
    entry.resume();
  }
  await reading;
}

function insidePath(name: string): string {
  const fault = faultOfEntryName(name);
  if (fault !== undefined) throw new Error(fault);
  return posix.normalize(name).replace(/\/$/, '');
}

function insideLink(header: Header): string {
  const target = header.linkname ?? '';
  if (!linkStaysInside(insidePath(header.name), target))
    throw new Error(`the link ${header.name} may lead out of the artifact`);
  return target;
}

/** What an artifact put where: each place holds one thing. */
class Taken {
  readonly #folders = new Set<string>(['.']);
  readonly #others = new Set<string>();
  readonly #links = new Set<string>();

  get size(): number {
    return this.#folders.size + this.#others.size;
  }

  /** Gives the number of folders that this entry needs and nothing before it did. */
  take(name: string, header: Header): number {
    if (this.#others.has(name) || (header.type !== 'directory' && this.#folders.has(name)))
      throw new Error(`${name} stands twice in the artifact`);
    let fresh = 0;
    for (let folder = header.type === 'directory' ? name : posix.dirname(name); ; folder = posix.dirname(folder)) {
      // Through a link a path means another place than it says, and links behind it could lead anywhere.
      if (this.#links.size > 0 && this.#links.has(diskKey(folder))) throw new Error(`${name} leads through a link`);
      if (this.#others.has(folder)) throw new Error(`${folder} is no folder in the artifact, and ${name} stands in it`);
      if (this.#folders.has(folder)) break;
      this.#folders.add(folder);
      fresh += 1;
    }
    if (header.type !== 'directory') this.#others.add(name);
    if (header.type === 'symlink') this.#links.add(diskKey(name));
    return fresh;
  }
}

function executable(header: Header): boolean {
  return ((header.mode ?? 0) & 0o111) !== 0;
}
