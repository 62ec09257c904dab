import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failpoint, syncDirectory, syncTree } from '@almanac/host';
import { extract, type Header } from 'tar-stream';

const mostEntries = 500_000;
const mostBytes = 16 * 1024 ** 3;

/** Unpacks a tar into a new directory, whole or not at all; whatever would land outside of it is refused. */
export async function unpack(input: {
  readonly file: string;
  readonly into: string;
  /** Adds what belongs into the directory before it is there under its name; is told the content of each file. */
  readonly complete?: (directory: string, contents: ReadonlyMap<string, string>) => Promise<void>;
}): Promise<void> {
  const fresh = `${input.into}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  const tar = extract();
  let entries = 0;
  let bytes = 0;
  const made = new Set<string>();
  const links = new Set<string>();
  const contents = new Map<string, string>();
  const folder = async (path: string) => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true, mode: 0o755 });
    made.add(path);
  };
  const reading = pipeline(createReadStream(input.file), tar);
  // It is waited for below; when it fails while an entry is written, nobody waits yet.
  reading.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const { header } = entry;
      entries += 1;
      bytes += header.size ?? 0;
      if (entries > mostEntries || bytes > mostBytes) throw new Error('the artifact holds more than a site unpacks');
      const name = insidePath(header.name, links);
      const path = join(fresh, name);
      if (header.type === 'directory') await folder(path);
      else await folder(posix.dirname(path));
      if (header.type === 'file') {
        const hash = createHash('sha256');
        await pipeline(entry, hashInto(hash), createWriteStream(path, { mode: executable(header) ? 0o755 : 0o644 }));
        contents.set(name, hash.digest('hex'));
      } else if (header.type === 'symlink') {
        await symlink(insideLink(header), path);
        links.add(name);
      } else if (header.type !== 'directory')
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
    const name = header.type === 'file' ? insidePath(header.name, new Set()) : '';
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

function insidePath(name: string, links: ReadonlySet<string>): string {
  const path = posix.normalize(name).replace(/\/$/, '');
  if (posix.isAbsolute(path) || path === '..' || path.startsWith('../') || path.includes('\0'))
    throw new Error(`${name} leads out of the artifact`);
  // Through a link a path means another place than it says, and links behind it could lead anywhere.
  for (let parent = path; parent !== '.'; parent = posix.dirname(parent))
    if (links.has(parent)) throw new Error(`${name} leads through a link`);
  return path;
}

function insideLink(header: Header): string {
  const target = header.linkname ?? '';
  const lands = posix.normalize(posix.join(posix.dirname(header.name), target));
  if (target === '' || posix.isAbsolute(target) || lands === '..' || lands.startsWith('../'))
    throw new Error(`the link ${header.name} leads out of the artifact`);
  return target;
}

function executable(header: Header): boolean {
  return ((header.mode ?? 0) & 0o111) !== 0;
}
