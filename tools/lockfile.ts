import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './run-program.ts';

type Versions = Readonly<Record<string, string>>;

/** A package as the lockfile has it. */
export interface Entry {
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly [more: string]: unknown;
}
export type Packages = Readonly<Record<string, Entry>>;

const path = join(repository, 'package-lock.json');

export function readLockfile(): { readonly packages: Packages } {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A package for another machine that npm left out of the lockfile. */
export interface MissingEntry {
  readonly wantedBy: string;
  readonly name: string;
  readonly version: string;
}

/**
 * What `npm ci` would refuse over: optional packages that have no entry. npm writes none when the registry it was
 * given does not carry the package for some platform; with an entry it never asks for what is not for this machine.
 */
export function missingEntries(packages: Packages): readonly MissingEntry[] {
  return Object.entries(packages).flatMap(([wantedBy, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name, version]) => /^\d/.test(version) && versionFor(packages, wantedBy, name) !== version)
      .map(([name, version]) => ({ wantedBy, name, version })),
  );
}

function versionFor(packages: Packages, from: string, name: string): string | undefined {
  const place = nearest(packages, from, name);
  return place === undefined ? undefined : packages[place]?.version;
}

/** Where a package finds another one: in its own folder, or in that of whoever it lies in. */
export function nearest(packages: Packages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}

function parentOf(folder: string): string {
  const cut = folder.lastIndexOf('/node_modules/');
  return cut === -1 ? '' : folder.slice(0, cut);
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'] as const;
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32'] as const;

/** The entry that npm would have written; platform packages carry os, cpu and libc in their names. */
function entryFor({ name, version, wantedBy }: MissingEntry, packages: Packages): Entry {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (cpu === undefined) throw new Error(`${name} does not say for which processor it is: write its entry by hand.`);
  const libc = words.includes('musl') ? ['musl'] : words.at(-1) === 'gnu' ? ['glibc'] : undefined;
  const owner = packages[wantedBy];
  return {
    version,
    cpu: [cpu],
    ...(owner?.dev === true ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc }),
    license: owner?.license ?? 'MIT',
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}

/** Adds the missing entries and writes the lockfile in npm's own order. */
export function completeLockfile(): number {
  const lock = readLockfile();
  const missing = missingEntries(lock.packages);
  const added = missing.map((each) => {
    const beside = each.wantedBy.slice(0, each.wantedBy.lastIndexOf('node_modules/'));
    return [`${beside}node_modules/${each.name}`, entryFor(each, lock.packages)] as const;
  });
  const sorted = [...Object.entries(lock.packages), ...added].sort(([one], [other]) => one.localeCompare(other, 'en'));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  return missing.length;
}
