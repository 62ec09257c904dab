import { type Node, parseSync, Visitor } from 'oxc-parser';
import { isForTests } from './dependency-table.ts';
import type { SourceFile } from './modules.ts';

/** What makes a text of others harmless to a terminal and to whoever reads a log. */
const makesHarmless: ReadonlySet<string> = new Set(['escapeControls', 'show', 'visible']);
const consoleMethods = /^(debug|dir|error|info|log|table|trace|warn)$/;

/** Places that write to a terminal as they are, and why they may. */
export const printedAsItIs: Readonly<Record<string, string>> = {
  'apps/cli/src/output/terminal.ts': 'the terminal itself: it makes each line harmless, and moves the cursor',
  'apps/cli/src/output/ask.ts': 'shows what is typed while it is typed, and a question that was made harmless',
};

/** Texts that reach a terminal or a log as others wrote them; one sentence each. */
export function printingFaults(
  files: readonly SourceFile[],
  known: Readonly<Record<string, string>>,
): readonly string[] {
  const read = files.filter(({ path }) => /^(apps|packages|plugins)\//.test(path) && !isForTests(path));
  if (read.length === 0) throw new Error('The check of what is printed read no module.');
  const found = read.map((file) => ({ path: file.path, raw: rawPrints(file), logs: rawLogs(file) }));
  return [
    ...found
      .filter(({ path }) => known[path] === undefined)
      .flatMap(({ path, raw }) => raw.map((text) => `${path} prints ${text} as it is; use escapeControls`)),
    ...Object.keys(known)
      .filter((path) => found.every((each) => each.path !== path || each.raw.length === 0))
      .map((path) => `${path} is in printed.ts and prints nothing as it is`),
    ...found.flatMap(({ path, logs }) =>
      logs.map(() => `${path}: a log without hooks: { streamWrite: escapeControls }`),
    ),
  ];
}

function rawPrints(file: SourceFile): readonly string[] {
  return callsIn(file, ({ callee }) => isPrinting(file, callee)).flatMap((call) =>
    call.arguments
      .filter((argument) => !isHarmless(argument))
      .map(({ start, end }) => file.text.slice(start, Math.min(end, start + 60))),
  );
}

function rawLogs(file: SourceFile): readonly string[] {
  return callsIn(file, ({ callee }) => callee.type === 'Identifier' && callee.name === 'pino')
    .map(({ start, end }) => file.text.slice(start, end))
    .filter((text) => !text.includes('hooks: { streamWrite: escapeControls }'));
}

type Call = Extract<Node, { type: 'CallExpression' }>;

function callsIn(file: SourceFile, isWanted: (call: Call) => boolean): readonly Call[] {
  const found: Call[] = [];
  if (!/console\.|\.write\(|pino\(/.test(file.text)) return found;
  const visitor = new Visitor({ CallExpression: (call) => void (isWanted(call) && found.push(call)) });
  visitor.visit(parseSync(file.path, file.text).program);
  return found;
}

/** `console.log` and its kin, and writing to a stream that is called as those of a process are. */
function isPrinting({ text }: SourceFile, callee: Node): boolean {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const object = text.slice(callee.object.start, callee.object.end);
  if (object === 'console') return consoleMethods.test(callee.property.name);
  return callee.property.name === 'write' && /(^|\.)std(out|err)$/.test(object);
}

/** Whether a text is ours, or was made harmless. */
function isHarmless(node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      return true;
    case 'TemplateLiteral':
      return node.expressions.every(isHarmless);
    case 'ConditionalExpression':
      return isHarmless(node.consequent) && isHarmless(node.alternate);
    case 'CallExpression': {
      const { callee } = node;
      const name = callee.type === 'MemberExpression' ? callee.property : callee;
      return name.type === 'Identifier' && makesHarmless.has(name.name);
    }
    default:
      return false;
  }
}
