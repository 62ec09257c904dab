import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, faultOfEntryName, linkStaysInside } from '@almanac/domain';
import { type Header, type Pack, pack as tarPack } from 'tar-stream';
import { failed } from '../jobs/job-fault.ts';

export interface PackedModule {
  readonly file: string;
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Packs a folder so that the same files give the same bytes: entries sorted by path, times, owners and modes
 * normalised. Links that leave the folder, devices and sockets are refused: they would mean something else elsewhere.
 */
export async function packFolder(input: {
  readonly folder: string;
  readonly into: string;
  readonly module: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}): Promise<PackedModule> {
  const tar = tarPack();
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(size > input.maxBytes ? tooLarge(input) : null, chunk);
    },
  });
  const written = pipeline(tar, measure, createWriteStream(input.into, { mode: 0o600 }), { signal: input.signal });
  try {
    await Promise.all([
      addFolder({ tar, root: input.folder, path: '', module: input.module }).then(() => tar.finalize()),
      written,
    ]);
  } catch (error) {
    tar.destroy();
    await written.catch(() => undefined);
    await rm(input.into, { force: true });
    throw error;
  }
  return { file: input.into, digest: `sha256:${hash.digest('hex')}`, size };
}

interface Folder {
  readonly tar: Pack;
  readonly root: string;
  readonly path: string;
  readonly module: string;
}

async function addFolder(folder: Folder): Promise<void> {
  const names = await readdir(join(folder.root, folder.path));
  names.sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    if (name === '.git') continue;
    await addEntry(folder, posix.join(folder.path, name));
  }
}

async function addEntry(folder: Folder, path: string): Promise<void> {
  const { tar, root, module } = folder;
  const full = join(root, path);
  const fault = faultOfEntryName(path);
  if (fault !== undefined) throw failed('path-outside-repository', `in module ${module}, ${fault}`, { module });
  const info = await lstat(full);
  const common = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  if (info.isDirectory()) {
    await add(tar, { ...common, name: `${path}/`, type: 'directory', mode: 0o755 });
    await addFolder({ ...folder, path });
  } else if (info.isSymbolicLink()) {
    const target = await readlink(full);
    if (!linkStaysInside(path, target)) {
      throw failed(
        'path-outside-repository',
        `${path} of module ${module} is a link to ${target}, which may lead outside the module's folder; link to a path below the module, with ".." only at its beginning`,
        { module },
      );
    }
    await add(tar, { ...common, name: path, type: 'symlink', linkname: target, mode: 0o777 });
  } else if (info.isFile()) {
    const mode = (info.mode & 0o111) === 0 ? 0o644 : 0o755;
    const entry = tar.entry({ ...common, name: path, type: 'file', mode, size: info.size });
    await pipeline(createReadStream(full), entry);
  } else {
    throw failed('path-outside-repository', `${path} of module ${module} is neither a file nor a folder nor a link`, {
      module,
    });
  }
}

function add(tar: Pack, headers: Partial<Header> & { readonly name: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry(headers, (error) => (error ? reject(error) : resolve()));
  });
}

function tooLarge(input: { readonly module: string; readonly maxBytes: number }): Error {
  return failed('artifact-too-large', `the files of module ${input.module} are larger than ${input.maxBytes} bytes`, {
    module: input.module,
  });
}
