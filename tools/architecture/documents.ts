import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repository } from '../run-program.ts';
import type { SourceFile } from './modules.ts';

/** Folders at the root; what a document says in code style and begins with one of them is meant as a path. */
const roots = ['apps', 'packages', 'plugins', 'tools', 'docs', 'e2e', 'bench', 'examples', '.ci'] as const;

export function readDocuments(): readonly SourceFile[] {
  return globSync(['*.md', 'docs/**/*.md', '{packages,apps,plugins}/*/README.md', '{e2e,bench,tools,examples}/*.md'], {
    cwd: repository,
    exclude: ['**/node_modules/**', 'CHANGELOG.md'],
  })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

/** What documents name and is not there: scripts of `npm run`, paths in code style, and targets of links. */
export function staleNames(
  documents: readonly SourceFile[],
  known: { readonly scripts: readonly string[]; readonly exists: (path: string) => boolean },
): readonly string[] {
  return documents.flatMap(({ path, text }) => [
    ...scriptsIn(text)
      .filter((script) => !known.scripts.includes(script))
      .map((script) => `${path}: there is no script "npm run ${script}"`),
    ...[...pathsIn(text), ...linksIn(path, text)]
      .filter((target) => !known.exists(target))
      .map((target) => `${path}: ${target} does not exist`),
  ]);
}

export function existsInRepository(path: string): boolean {
  return existsSync(join(repository, path));
}

function scriptsIn(text: string): readonly string[] {
  return [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].flatMap(([, script]) => script ?? []);
}

function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\s]+\/[^`\s]*)`/g)]
    .flatMap(([, path]) => path ?? [])
    .filter((path) => roots.some((root) => path.startsWith(`${root}/`)) && !/[*<>{}…]|NNNN|\.\.\./.test(path))
    .map((path) => path.replace(/\/$/, ''));
}

function linksIn(from: string, text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .flatMap(([, target]) => target?.split('#')[0] ?? [])
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(from), target));
}
