import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeDurably } from '@almanac/host';

/** Files as they were when their content was last read: while these stay, nobody wrote to them. */
export type ReadFiles = Map<string, string>;

const suffix = '.seal';

/** Keeps what each file of a release holds, beside its directory, where applications cannot write if the agent is root. */
export async function writeSeal(directory: string, contents: ReadonlyMap<string, string>): Promise<void> {
  await writeDurably(`${directory}${suffix}`, JSON.stringify(Object.fromEntries(contents)));
}

/** The directory that a seal is of; a directory itself stays what it is. */
export function unsealed(path: string): string {
  return path.endsWith(suffix) ? path.slice(0, -suffix.length) : path;
}

/**
 * Compares a release with its seal. One without a seal, of before there were seals, has nothing that it could be
 * compared with, and counts no files.
 */
export async function lookAtSealed(input: {
  readonly directory: string;
  readonly full: boolean;
  readonly read: ReadFiles;
}): Promise<{
  readonly files: number;
  readonly changed: readonly { readonly name: string; readonly how: 'changed' | 'gone' }[];
}> {
  const { directory, read } = input;
  const text = await readFile(`${directory}${suffix}`, 'utf8').catch(() => undefined);
  if (text === undefined) return { files: 0, changed: [] };
  // Only this program writes the file, whole or not at all.
  const contents = Object.entries(JSON.parse(text) as Record<string, string>);
  const changed: { name: string; how: 'changed' | 'gone' }[] = [];
  for (const [name, digest] of contents) {
    const path = join(directory, name);
    const info = await lstat(path, { bigint: true }).catch(() => undefined);
    if (info === undefined) {
      changed.push({ name, how: 'gone' });
      continue;
    }
    const mark = `${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`;
    if (!input.full && read.get(path) === mark) continue;
    const same = info.isFile() && (await digestOf(path)) === digest;
    if (same) read.set(path, mark);
    else {
      read.delete(path);
      changed.push({ name, how: 'changed' });
    }
  }
  return { files: contents.length, changed };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
