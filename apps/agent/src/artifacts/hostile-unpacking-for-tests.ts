import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { drawHostileArchive, type HostileArchive } from './hostile-archives-for-tests.ts';

/** What unpacks the file of an archive into a folder that is not there yet. */
export type Unpacker = (input: {
  readonly file: string;
  readonly into: string;
  readonly limits: { readonly entries: number; readonly bytes: number };
}) => Promise<void>;

export interface HostileUnpacking {
  readonly accepted: number;
  readonly refused: number;
  /** How many archives tried each kind. */
  readonly tried: Readonly<Record<string, number>>;
  /** Which rules were broken how often, and by which archives. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
}

const limits = { entries: 200, bytes: 200_000 };

/** Unpacks drawn archives one after the other and looks at everything around after each. */
export async function unpackHostileArchives(input: {
  /** An empty folder, which the archives know of. */
  readonly sandbox: string;
  readonly seed: number;
  readonly archives: number;
  readonly unpacker: Unpacker;
  /** Only what an unpacker without a conscience may be given. */
  readonly suitable?: (archive: HostileArchive) => boolean;
}): Promise<HostileUnpacking> {
  const { sandbox, unpacker, suitable = () => true } = input;
  const home = join(sandbox, '1', '2', '3');
  const into = join(home, 'release');
  const file = join(sandbox, 'archive.tar');
  const surround = () => {
    rmSync(join(sandbox, '1'), { recursive: true, force: true });
    rmSync(join(sandbox, 'outside'), { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    for (const folder of [join(sandbox, 'outside'), join(home, 'outside')]) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'canary'), 'untouched');
    }
  };
  const around = () => pictureOf(sandbox, new Set([into, file]));
  surround();
  let before = around();
  const broken = new Map<string, string[]>();
  const tried: Record<string, number> = {};
  let accepted = 0;
  let refused = 0;
  for (let at = 0; at < input.archives; at += 1) {
    const seed = input.seed + at;
    const archive = drawHostileArchive({ sandbox, ...limits }, chanceOf(seed));
    if (!suitable(archive)) continue;
    for (const kind of archive.kinds) tried[kind] = (tried[kind] ?? 0) + 1;
    const breaks = (rule: string) =>
      void broken.set(rule, [...(broken.get(rule) ?? []), `${seed}: ${archive.kinds.join(', ')}`]);
    writeFileSync(file, archive.bytes);
    const error = await unpacker({ file, into, limits }).then(
      () => undefined,
      (each: unknown) => each ?? new Error('no reason'),
    );
    if (error === undefined) {
      accepted += 1;
      for (const rule of faultsInside(into)) breaks(rule);
    } else {
      refused += 1;
      if (existsSync(into)) breaks('something is left of what was refused');
    }
    rmSync(into, { recursive: true, force: true });
    const after = around();
    if (after !== before) {
      breaks('something changed outside');
      surround();
      before = around();
    }
  }
  return { accepted, refused, tried, broken };
}

/** Everything below a folder, links not followed, as one text that differs when anything does. */
function pictureOf(folder: string, leftOut: ReadonlySet<string>): string {
  return readdirSync(folder)
    .filter((name) => !leftOut.has(join(folder, name)))
    .map((name) => {
      const path = join(folder, name);
      const info = lstatSync(path);
      const { ino, mode, nlink, size } = info;
      if (info.isDirectory()) return `${name} ${ino} ${mode} {${pictureOf(path, leftOut)}}`;
      const held = info.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
      return `${name} ${ino} ${mode} ${nlink} ${size} ${held}`;
    })
    .join('; ');
}

/** What an unpacked artifact must not hold. */
function faultsInside(root: string): readonly string[] {
  if (!existsSync(root)) return ['what was accepted is not there'];
  const faults = new Set<string>();
  let entries = 0;
  let bytes = 0;
  for (const inside of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const info = lstatSync(join(root, inside));
    entries += 1;
    if (info.isFile()) bytes += info.size;
    if (!info.isFile() && !info.isDirectory() && !info.isSymbolicLink()) faults.add('it is no file, folder or link');
    if (info.isFile() && info.nlink > 1) faults.add('a file has another name elsewhere');
    if (!info.isSymbolicLink() && (info.mode & 0o7022) !== 0)
      faults.add('somebody else may write, or it runs as another');
    if (info.isSymbolicLink() && leadsOut(root, inside)) faults.add('a link leads out');
  }
  if (entries > limits.entries || bytes > limits.bytes) faults.add('it holds more than allowed');
  return [...faults];
}

/** Follows a path below a root as an operating system does, also where its end is missing. */
function leadsOut(root: string, path: string): boolean {
  const left = path.split('/');
  const place: string[] = [];
  for (let steps = 0; left.length > 0 && steps < 1000; steps += 1) {
    const part = left.shift();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      if (place.pop() === undefined) return true;
      continue;
    }
    place.push(part);
    const here = join(root, ...place);
    if (!isLink(here)) continue;
    const target = readlinkSync(here);
    if (target.startsWith('/')) return true;
    place.pop();
    left.unshift(...target.split('/'));
  }
  return false;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Nothing is there, or it cannot be: a name that is too long, or one below a file.
    return false;
  }
}

/** Mulberry32: the same numbers for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
