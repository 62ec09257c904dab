import { statfs } from 'node:fs/promises';

/** Bytes that this account may still write on the disk of a directory. */
export async function freeBytes(directory: string): Promise<number> {
  const info = await statfs(directory);
  return info.bavail * info.bsize;
}
