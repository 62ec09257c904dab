import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentity } from '@almanac/host';
import { runOnce } from './part.ts';

/** What the console is made of; a change in any of it makes another console. */
const sources = [
  'apps/console',
  'packages/domain/src',
  'packages/protocol/src',
  'packages/client/src',
  'package-lock.json',
];

/** Begins the name of a directory into which a process, whose number follows, still builds. */
const unfinishedPrefix = 'building-';

/**
 * Builds the console unless one that was made from the same sources stands there; gives its directory.
 *
 * Launchers of one checkout may do so at the same time: each builds for itself, whoever is first puts it in place, and the
 * others take that one.
 * @throws {Error} when the build fails
 */
export async function buildConsole(input: {
  readonly root: string;
  readonly say: (line: string) => void;
  /** Puts the files of the console into a directory; gives 0, or with what it ended. */
  readonly compile: (workspace: string, directory: string) => Promise<number | null>;
  /** What says why a build failed. */
  readonly logFile: string;
}): Promise<string> {
  const workspace = join(input.root, 'apps', 'console');
  const builds = join(workspace, 'dist');
  const name = await stampOf(input.root);
  const directory = join(builds, name);
  if (existsSync(directory)) return directory;

  input.say('Building the console (once)…');
  const unfinished = join(builds, `${unfinishedPrefix}${process.pid}-${randomUUID()}`);
  try {
    const code = await input.compile(workspace, unfinished);
    if (code !== 0) throw new Error(`the console could not be built; ${input.logFile} says why`);
    await rename(unfinished, directory).catch((cause: unknown) => {
      if (!existsSync(directory)) throw cause;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOthers(builds, name);
  return directory;
}

/** Has Vite build the console, in a process of its own. */
export function compileWithVite(root: string, logFile: string) {
  return (workspace: string, directory: string): Promise<number | null> =>
    runOnce({
      name: 'console-build',
      script: join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
      args: [
        'build',
        workspace,
        '--config',
        join(workspace, 'vite.config.ts'),
        '--outDir',
        directory,
        '--emptyOutDir',
        '--logLevel',
        'warn',
      ],
      isTrusted: false,
      environment: { NODE_ENV: 'production' },
      logFile,
    });
}

/** Removes what was built from other sources, and what builds left that came to no end. */
async function removeOthers(builds: string, name: string): Promise<void> {
  for (const entry of await readdir(builds)) {
    if (entry === name || isBeingBuilt(entry)) continue;
    await rm(join(builds, entry), { recursive: true, force: true });
  }
}

function isBeingBuilt(entry: string): boolean {
  if (!entry.startsWith(unfinishedPrefix)) return false;
  const pid = Number.parseInt(entry.slice(unfinishedPrefix.length), 10);
  return processIdentity(pid) !== undefined;
}

async function stampOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const files = source.endsWith('.json') ? [path] : await filesBelow(path);
    for (const file of files)
      hash
        .update(file.slice(root.length))
        .update('\0')
        .update(await readFile(file))
        .update('\0');
  }
  return hash.digest('hex');
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name.startsWith('dist')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else found.push(path);
  }
  return found;
}
