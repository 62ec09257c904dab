import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { HostFault } from '../host-fault.ts';

/**
 * Replaces a file so that a crash or a power cut leaves either the old content or the new one: written beside it,
 * synced, renamed, and the rename synced with its directory.
 *
 * @throws {HostFault} when the disk is full
 */
export async function writeDurably(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const directory = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', options.mode ?? 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(temporary, { force: true });
    if (isCode(error, 'ENOSPC'))
      throw new HostFault(`the disk is full: ${path} could not be written; free some space and try again`, error);
    throw error;
  }
}

/**
 * Makes a whole folder durable, files and names: by one request to its file system, which is what a folder of ten
 * thousand small files takes no longer with than one of ten.
 */
export async function syncTree(directory: string): Promise<void> {
  if (process.platform === 'linux') await promisify(execFile)('/bin/sync', ['--file-system', '--', directory]);
  else await syncDirectory(directory);
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
