import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

/** Each application is a repository of its own; packages that it needs are carried in it, so that nothing is fetched. */
const applications = [
  { name: 'catalog', packages: [] },
  { name: 'orders', packages: ['pg'] },
  { name: 'storefront', packages: [] },
] as const;

export interface SampleRepository {
  readonly name: string;
  readonly path: string;
  readonly branch: string;
}

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');
const branch = 'main';

/** Makes git repositories of the sample applications; one that is there already is left as its people made it. */
export async function makeSampleRepositories(into: string): Promise<readonly SampleRepository[]> {
  const made: SampleRepository[] = [];
  for (const { name, packages } of applications) {
    const path = join(into, name);
    if (!existsSync(join(path, '.git'))) await makeRepository({ name, packages, path });
    made.push({ name, path, branch });
  }
  return made;
}

async function makeRepository(input: { readonly name: string; readonly packages: readonly string[]; readonly path: string }): Promise<void> {
  const fresh = `${input.path}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(fresh), { recursive: true });
  await cp(join(here, input.name), fresh, { recursive: true });
  await writeFile(join(fresh, '.gitignore'), 'reports/\n');
  for (const each of closureOf(input.packages)) {
    await cp(join(modules, each), join(fresh, 'vendor', 'node_modules', each), { recursive: true, dereference: true });
  }
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Almanac Sample', '-c', 'user.email=sample@almanac.invalid', '-c', `init.defaultBranch=${branch}`, ...args], {
      cwd: fresh,
      env: { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: fresh },
    });
  await git('init', '--quiet');
  await git('add', '--all', '--force', '--', '.');
  await git('commit', '--quiet', '--message', `feat: the ${input.name} application`);
  await rm(input.path, { recursive: true, force: true });
  await rename(fresh, input.path);
}

/** Packages with all that they depend on, as they are installed here. */
function closureOf(names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names);
  for (const name of found) {
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { readonly dependencies?: Readonly<Record<string, string>> };
    for (const dependency of Object.keys(manifest.dependencies ?? {})) if (existsSync(join(modules, dependency))) found.add(dependency);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { into: { type: 'string' } } });
  if (values.into === undefined) throw new Error('say where: --into DIRECTORY');
  console.log(JSON.stringify(await makeSampleRepositories(values.into)));
}
