import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOnce } from './part.ts';

/** What the console is made of; a change in any of it makes another console. */
const sources = [
  'apps/console',
  'packages/domain/src',
  'packages/protocol/src',
  'packages/client/src',
  'package-lock.json',
];

/** Builds the console unless the one that stands there was made from the same sources; gives its directory. */
export async function buildConsole(input: {
  readonly root: string;
  readonly logFile: string;
  readonly say: (line: string) => void;
}): Promise<string> {
  const workspace = join(input.root, 'apps', 'console');
  const directory = join(workspace, 'dist');
  const stampFile = join(directory, '.sources');
  const stamp = await stampOf(input.root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return directory;

  input.say('Building the console (once)…');
  const fresh = join(workspace, 'dist.tmp');
  await rm(fresh, { recursive: true, force: true });
  const code = await runOnce({
    name: 'console-build',
    script: join(input.root, 'node_modules', 'vite', 'bin', 'vite.js'),
    args: [
      'build',
      workspace,
      '--config',
      join(workspace, 'vite.config.ts'),
      '--outDir',
      fresh,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    environment: { NODE_ENV: 'production' },
    logFile: input.logFile,
  });
  if (code !== 0) throw new Error(`the console could not be built; ${input.logFile} says why`);
  await writeFile(join(fresh, '.sources'), stamp);
  await rm(directory, { recursive: true, force: true });
  await rename(fresh, directory);
  return directory;
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
