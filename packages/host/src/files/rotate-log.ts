import { copyFile, stat, truncate } from 'node:fs/promises';

/**
 * Bounds a log that others append to: when it is larger than `maxBytes` its content is kept once as `<path>.1` and
 * the file is emptied in place, because whoever writes holds it open. Lines printed in between may be lost.
 */
export async function rotateLog(path: string, maxBytes: number): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || info.size <= maxBytes) return false;
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
  return true;
}
