import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostFault } from '../host-fault.ts';

/** The same short path for the same seed (socket names hold 107 bytes); it belongs to us and opens to nobody else. */
export function privateDirectory(seed: string): string {
  const owner = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(seed).digest('hex').slice(0, 12);
  const directory = join(tmpdir(), `almanac-${owner}-${hash}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const info = lstatSync(directory);
  if (!info.isDirectory() || info.uid !== owner)
    throw new HostFault(`${directory} belongs to somebody else; remove it`);
  chmodSync(directory, 0o700);
  return directory;
}
