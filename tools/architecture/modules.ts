import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { repository } from '../run-program.ts';

/** A source file as a value, so that tests can plant violations without a disk. Paths are below the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const folders = '{packages,apps,plugins}/*/{*.config.ts,src/**/*.{ts,tsx}},{e2e,bench,tools}/**/*.{ts,tsx,mjs}';

export function readSources(): readonly SourceFile[] {
  return globSync(folders.split(/,(?=\{e2e)/), { cwd: repository, exclude: ['**/node_modules/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

/** Every module that a file names: static and dynamic imports, re-exports, and types by `import('…')`. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  const { program, module, errors } = parseSync(path, text);
  const fault = errors[0];
  if (fault !== undefined) throw new Error(`${path} does not parse: ${fault.message}`);
  const found = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value)),
  ];
  const visitor = new Visitor({
    ImportExpression({ source }) {
      if (source.type === 'Literal' && typeof source.value === 'string') found.push(source.value);
    },
    TSImportType({ source }) {
      found.push(source.value);
    },
  });
  visitor.visit(program);
  return [...new Set(found.filter((specifier) => specifier !== undefined))];
}
