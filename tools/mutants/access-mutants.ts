import { parseSync, Visitor } from 'oxc-parser';
import type { SourceFile } from '../architecture/modules.ts';

/** One place in which access is decided, taken out. */
export interface Mutant {
  readonly path: string;
  readonly line: number;
  /** What was there. */
  readonly was: string;
  /** The whole file without it. */
  readonly text: string;
}

/** Statements that decide by throwing: without them everything goes on. */
const deciding = new Set(['admit', 'decide', 'insist', 'ask', 'askForChoices', 'stillAllowed']);
/** Calls that show somebody a part of what there is; with everything in scope, they show all. */
const narrowing: ReadonlyMap<string, string> = new Map([
  ['withinScope', `{ kind: 'everything' }`],
  ['visibleApplications', ''],
  ['veilFor', ''],
]);
/** Questions of which the answer is known without asking. */
const answered: ReadonlyMap<string, string> = new Map([
  ['whyNoLonger', 'undefined'],
  ['mayHear', 'true'],
  ['fires', 'false'],
]);

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}
interface Call extends Node {
  readonly callee: { readonly type: string; readonly name?: string; readonly property?: { readonly name?: string } };
  readonly arguments: readonly Node[];
}

/** Every mutant of a file: each decision in turn is taken out of it. */
export function accessMutants({ path, text }: SourceFile): readonly Mutant[] {
  const edits: Edit[] = [];
  const visitor = new Visitor({
    ExpressionStatement({ expression, start, end }) {
      const call = called(expression as Node);
      if (call !== undefined && deciding.has(nameOf(call))) edits.push({ start, end, by: ';' });
      if (expression.type === 'YieldExpression' && path.includes('/authorization/locate'))
        edits.push({ start, end, by: ';' });
    },
    CallExpression(node) {
      const call = node as unknown as Call;
      const name = nameOf(call);
      const second = call.arguments[1];
      const by = narrowing.get(name);
      if (by !== undefined && second !== undefined && !path.includes('/scope/')) {
        const given = text.slice(second.start, second.end);
        edits.push({ ...at(second), by: by === '' ? `{ ...(${given}), scope: { kind: 'everything' } }` : by });
      }
      const answer = answered.get(name);
      if (answer !== undefined) edits.push({ ...at(call), by: `(${answer} as never)` });
    },
    Property({ key, value }) {
      // The conditions of governed tables: without one, all rows come through.
      if (!path.endsWith('/scope/scoped-database.ts') || key.type !== 'Identifier') return;
      const is = value.type === 'CallExpression' || value.type === 'ArrowFunctionExpression';
      if (is && text.slice(value.start, value.end).match(/^(place|of[A-Z]\w+|\(scope\) =>)/))
        edits.push({ ...at(value), by: '() => sql`true`' });
    },
  });
  visitor.visit(parseSync(path, text).program);
  return edits.map(({ start, end, by }) => ({
    path,
    line: text.slice(0, start).split('\n').length,
    was: text.slice(start, end).replaceAll(/\s+/g, ' ').slice(0, 100),
    text: text.slice(0, start) + by + text.slice(end),
  }));
}

function at({ start, end }: Node): Omit<Edit, 'by'> {
  return { start, end };
}

function called(expression: Node): Call | undefined {
  const inner = expression.type === 'AwaitExpression' ? (expression as Node & { argument: Node }).argument : expression;
  return inner.type === 'CallExpression' ? (inner as Call) : undefined;
}

function nameOf({ callee }: Call): string {
  return callee.name ?? callee.property?.name ?? '';
}
