import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import estate from './estate.json' with { type: 'json' };

export interface SampleRepository {
  readonly name: string;
  readonly path: string;
  readonly branch: string;
}

const branch = 'main';

/** What tests and builds leave behind, and must not become part of a repository. */
const leftovers: readonly string[] = ['node_modules', 'reports'];

/**
 * Makes a git repository of each application of the sample in the folder `into`. One that is there already stays as
 * its people made it. Each is put in place in one step, so that a crash leaves none half made.
 *
 * @throws when a place is taken by something that is no repository, or `git` is missing
 */
export async function makeSampleRepositories({
  into,
}: {
  readonly into: string;
}): Promise<readonly SampleRepository[]> {
  await mkdir(into, { recursive: true });
  const made: SampleRepository[] = [];
  for (const { name, packages } of estate.applications) {
    const path = join(into, name);
    if (!existsSync(join(path, '.git'))) await makeRepository({ name, packages, path });
    made.push({ name, path, branch });
  }
  return made;
}

interface Wanted {
  readonly name: string;
  /** Installed packages that the repository carries, so that its build fetches nothing. */
  readonly packages: readonly string[];
  readonly path: string;
}

async function makeRepository({ name, packages, path }: Wanted): Promise<void> {
  if (existsSync(path) && (await readdir(path)).length > 0) {
    throw new Error(`${path} is in the way: it is not empty, and no git repository`);
  }
  const workplace = await mkdtemp(join(dirname(path), `.${name}-`));
  try {
    const fresh = join(workplace, name);
    await cp(join(import.meta.dirname, name), fresh, {
      recursive: true,
      filter: (source) => !leftovers.includes(basename(source)),
    });
    for (const [folder, packageName] of await closureOf(packages)) {
      await cp(folder, join(fresh, 'vendor', 'node_modules', packageName), { recursive: true, dereference: true });
    }
    await commitAll({ folder: fresh, home: workplace, message: `feat: the ${name} application` });
    await rename(fresh, path);
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

/** Nothing of the host's own git configuration, templates or hooks has a say. */
async function commitAll(input: { readonly folder: string; readonly home: string; readonly message: string }) {
  const git = async (...args: readonly string[]) => {
    await promisify(execFile)('git', args, {
      cwd: input.folder,
      timeout: 60_000,
      env: {
        PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
        HOME: input.home,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Almanac Sample',
        GIT_AUTHOR_EMAIL: 'sample@almanac.invalid',
        GIT_COMMITTER_NAME: 'Almanac Sample',
        GIT_COMMITTER_EMAIL: 'sample@almanac.invalid',
      },
    });
  };
  await git('init', '--quiet', '--template=', `--initial-branch=${branch}`);
  await git('add', '--all', '--force', '--', '.');
  await git('commit', '--quiet', '--no-verify', `--message=${input.message}`);
}

/**
 * Packages with all that they depend on: name by the folder in which it is installed here. One that is nested in
 * another comes along with it: it is looked into, but not listed.
 */
async function closureOf(packages: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map(packages.map((name) => [installedFolder(name, import.meta.dirname), name]));
  for (const folder of found.keys()) {
    for (const name of await dependenciesOf(folder)) found.set(installedFolder(name, folder), name);
  }
  const folders = [...found.keys()];
  const nested = folders.filter((folder) => folders.some((other) => folder.startsWith(`${other}${sep}`)));
  for (const folder of nested) found.delete(folder);
  return found;
}

/** Finds a package the way Node does: in `node_modules` here, or in a folder above. */
function installedFolder(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (dirname(folder) === folder) throw new Error(`${name} is not installed: run npm install`);
  }
}

/** Optional ones are left out: they are for other platforms. */
async function dependenciesOf(folder: string): Promise<readonly string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {});
}

if (import.meta.main) {
  const { into } = parseArgs({ options: { into: { type: 'string' } } }).values;
  if (into === undefined) throw new Error('say where: --into DIRECTORY');
  process.stdout.write(`${JSON.stringify(await makeSampleRepositories({ into: resolve(into) }))}\n`);
}
