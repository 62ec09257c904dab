import { parseSync } from 'oxc-parser';
import type { SourceFile } from './modules.ts';

/** Tables of contents: the features of the server and the commands of the command line, each an array of values. */
const tablesOfContents = ['apps/server/src/features/index.ts', 'apps/cli/src/commands/index.ts'];
const attics = /(^|\/)(utils?|helpers?|common|shared|misc)(\/|\.tsx?$)|(^|\/)types\.ts$/;

/** Front doors that hold more than explicit re-exports, and files or folders named as attics. */
export function untidyFiles(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => [
    ...(attics.test(path) ? [`${path}: name it after what it is; a helper lives with its only user`] : []),
    ...(path.endsWith('/index.ts') && !tablesOfContents.includes(path) && holdsMore(path, text)
      ? [`${path}: a front door holds explicit re-exports only`]
      : []),
  ]);
}

function holdsMore(path: string, text: string): boolean {
  const { program } = parseSync(path, text);
  return program.body.some((statement) => statement.type !== 'ExportNamedDeclaration' || statement.source === null);
}
