import { open } from 'node:fs/promises';
import { HostFault } from '../host-fault.ts';

/** More than any key has. */
const mostBytes = 64 * 1024;

/**
 * Reads a file that nobody but its owner may read, such as a key; undefined when it is not there.
 *
 * @throws {HostFault} when others may read it, when it belongs to somebody else, when it is no file, or cannot be read
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const info = await file.stat();
      const { mode, uid, size } = info;
      if (!info.isFile()) throw new HostFault(`${path} must be a file`);
      const own = process.getuid?.();
      if (own !== undefined && uid !== own && uid !== 0)
        throw new HostFault(`${path} belongs to another account; give it to the one that runs Almanac`);
      if (process.platform !== 'win32' && (mode & 0o077) !== 0)
        throw new HostFault(`${path} can be read by other accounts; take that away: chmod 600 ${path}`);
      if (size > mostBytes) throw new HostFault(`${path} is larger than any key`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof HostFault) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return undefined;
    throw new HostFault(`${path} cannot be read (${code || 'unknown error'})`, error);
  }
}
