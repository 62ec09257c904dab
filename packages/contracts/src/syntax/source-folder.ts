import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';

/** The files that a contract may consist of, by their paths below one folder. */
export interface SourceFolder {
  /** @throws {ContractFault} when it is not there, lies outside or is too large */
  readonly read: (path: string) => string;
  /** Whether there is such a file. */
  readonly has: (path: string) => boolean;
}

/**
 * Opens a folder below another one, both filled by strangers: the folder itself may be no link, links in it are followed
 * only to what lies inside, and only regular files are read.
 *
 * @throws {ContractFault} when the folder is not there, or a link
 */
export function openSourceFolder(place: { readonly within: string; readonly folder: string }): SourceFolder {
  const root = join(realpathSync(place.within), place.folder).replace(/(?<=.)\/$/, '');
  if (realFolder(root) !== root)
    throw new ContractFault({ file: place.folder, detail: 'there is no such folder, or it is reached by a link' });
  let bytes = 0;
  let files = 0;
  const locate = (path: string): string | undefined => {
    try {
      return realpathSync(resolve(root, path));
    } catch {
      return undefined;
    }
  };
  return {
    has: (path) => {
      const real = locate(path);
      return real !== undefined && isInside(root, real);
    },
    read: (path) => {
      const real = locate(path);
      if (real === undefined) throw new ContractFault({ file: path, detail: 'there is no such file' });
      if (!isInside(root, real))
        throw new ContractFault({
          file: path,
          detail: "it leads out of the module's folder; only files inside are read",
        });
      const file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const info = fstatSync(file);
        if (!info.isFile()) throw new ContractFault({ file: path, detail: 'it is not a regular file' });
        files += 1;
        bytes += info.size;
        refuseTooMuch({ path, bytes, files });
        return readFileSync(file, 'utf8');
      } finally {
        closeSync(file);
      }
    },
  };
}

function realFolder(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The same over files in memory. */
export function sourceFolderOf(files: Readonly<Record<string, string>>): SourceFolder {
  let bytes = 0;
  let count = 0;
  return {
    has: (path) => Object.hasOwn(files, path),
    read: (path) => {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined) throw new ContractFault({ file: path, detail: 'there is no such file' });
      bytes += text.length;
      count += 1;
      refuseTooMuch({ path, bytes, files: count });
      return text;
    },
  };
}

function refuseTooMuch(input: { readonly path: string; readonly bytes: number; readonly files: number }): void {
  const mebibytes = limits.fileBytes / 1024 / 1024;
  if (input.bytes > limits.fileBytes)
    throw new ContractFault({ file: input.path, detail: `the files of a contract may have ${mebibytes} MiB together` });
  if (input.files > limits.files)
    throw new ContractFault({ file: input.path, detail: `a contract may consist of ${limits.files} files` });
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === path;
}

/**
 * Where a reference of one file leads, as a path below the folder.
 *
 * @throws {ContractFault} for what would have to be fetched, and for what lies outside
 */
export function pathFrom(file: string, reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference) || reference.startsWith('//'))
    throw new ContractFault({
      file,
      detail: `it refers to ${reference}; nothing is fetched: keep the file in the module's folder`,
    });
  const path = posix.normalize(posix.join(posix.dirname(file), decodeURIComponent(reference)));
  if (posix.isAbsolute(reference) || path === '..' || path.startsWith('../'))
    throw new ContractFault({ file, detail: `it refers to ${reference}, which lies outside of the module's folder` });
  return path;
}
