import { parseSync, Visitor } from 'oxc-parser';
import { isForTests } from './dependency-table.ts';
import { importsOf, type SourceFile } from './modules.ts';

/** How a program may be started: from a list of words, by nobody who would read them as a text. */
const fromLists: ReadonlySet<string> = new Set(['execFile', 'execFileSync', 'spawn']);

/** Options of starting that hand the words to a shell. */
const shellOptions: ReadonlySet<string> = new Set(['shell', 'windowsVerbatimArguments']);

/** Places that start programs, with the programs, so that a new one is looked at here. */
export const starters: Readonly<Record<string, string>> = {
  'packages/host/src/accounts/as-account.ts': 'setpriv',
  'packages/host/src/certificates/local-authority.ts': 'openssl',
  'packages/host/src/files/write-durably.ts': 'sync',
  'packages/host/src/postgres/data-directory.ts': 'initdb',
  'packages/host/src/postgres/start-postgres.ts': 'postgres; sh with a text of ours, to which words are arguments',
  'packages/host/src/postgres/unprivileged.ts': 'unshare, setpriv',
  'packages/host/src/processes/identity.ts': 'ps',
  'packages/host/src/processes/spawn-detached.ts':
    'HAProxy, the gateway; modules by sh with a text of ours, to which words are arguments',
  'apps/agent/src/connections/cluster-backup.ts': 'cp',
  'apps/agent/src/files/site-files.ts': 'rm',
  'apps/agent/src/files/volume-quotas.ts': 'du',
  'apps/agent/src/traffic/haproxy/haproxy-client.ts': 'HAProxy',
  'apps/builder/src/build/run-command.ts': 'the commands of a manifest: lists as they are, texts by sh -c',
  'apps/builder/src/build/toolchain.ts': 'npm, to read its settings',
  'apps/builder/src/git/git.ts': 'git',
  'apps/builder/src/jobs/run-job.ts': 'the maker of the sample',
  'apps/builder/src/jobs/workplace.ts': 'chown',
  'apps/cli/src/commands/hand-over.ts': 'other commands of Almanac',
  'apps/gateway/src/hand-over.ts': 'the next gateway',
  'apps/launcher/src/part.ts': 'the parts of Almanac',
  'apps/server/src/platform/secrets/key-source.ts': 'the program of ALMANAC_KEY_COMMAND',
};

/** Programs that are started by a shell, in a way that nobody looked at, or in a place that is in no table; one sentence each. */
export function startingFaults(
  files: readonly SourceFile[],
  known: Readonly<Record<string, string>>,
): readonly string[] {
  const read = files.filter(({ path }) => /^(apps|packages|plugins)\//.test(path) && !isForTests(path));
  if (read.length === 0) throw new Error('The check of started programs read no module.');
  const starting = read
    .filter(({ text }) => text.includes('child_process'))
    .map((file) => ({ file, ways: waysToStart(file) }))
    .filter(({ ways }) => ways.length > 0);
  return [
    ...starting
      .filter(({ file }) => known[file.path] === undefined)
      .map(({ file }) => `${file.path} starts programs and is not in programs.ts`),
    ...Object.keys(known)
      .filter((path) => starting.every(({ file }) => file.path !== path))
      .map((path) => `${path} is in programs.ts and starts no program`),
    ...starting.flatMap(({ file, ways }) => [
      ...ways
        .filter((way) => !fromLists.has(way))
        .map((way) => `${file.path}: ${way} of child_process is not ${[...fromLists].join(', ')}`),
      ...shells(file),
      ...operands(file),
    ]),
  ];
}

/** What a file uses of the module that starts programs; `*` where nobody sees it: loaded as it runs, or passed on. */
function waysToStart(file: SourceFile): readonly string[] {
  const { module } = parseSync(file.path, file.text);
  const brought = module.staticImports.filter(({ moduleRequest }) => isStarter(moduleRequest.value));
  const named = brought.flatMap(({ entries }) =>
    entries.flatMap(({ importName, isType }) => (isType ? [] : [importName.name ?? '*'])),
  );
  const isHidden =
    (brought.length === 0 && importsOf(file).some(isStarter)) ||
    /import\(\s*['"`](node:)?child_process/.test(file.text);
  return [...named, ...(isHidden ? ['*'] : [])];
}

function isStarter(specifier: string): boolean {
  return /^(node:)?child_process$/.test(specifier);
}

function shells(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    Property({ key, value }) {
      const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
      if (!shellOptions.has(name) || (value.type === 'Literal' && value.value === false)) return;
      found.push(`${file.path}: ${name} hands the words of a program to a shell`);
    },
  });
  visitor.visit(parseSync(file.path, file.text).program);
  return found;
}

/** Operands of tools of the system that stand where options may stand. */
function operands(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    CallExpression({ arguments: [program, words] }) {
      if (program?.type !== 'Literal' || words?.type !== 'ArrayExpression') return;
      const isTool = /^\/(usr\/)?s?bin\/(?!sh$)/.test(String(program.value));
      const literal = words.elements.map((each) => (each?.type === 'Literal' ? each.value : undefined));
      const end = literal.indexOf('--');
      if (isTool && literal.some((each, at) => each === undefined && (end === -1 || at < end)))
        found.push(`${file.path}: ${String(program.value)} has operands that do not stand behind --`);
    },
  });
  visitor.visit(parseSync(file.path, file.text).program);
  return found;
}
