import { parseSync, Visitor } from 'oxc-parser';
import type { SourceFile } from '../architecture/modules.ts';

export interface FoundExpression {
  readonly pattern: string;
  readonly flags: string;
  readonly path: string;
}

/** The regular expressions that a source writes as such. */
export function findExpressions({ path, text }: SourceFile): readonly FoundExpression[] {
  const found: FoundExpression[] = [];
  const visitor = new Visitor({
    Literal(node) {
      if ('regex' in node && node.regex) found.push({ ...node.regex, path });
    },
  });
  visitor.visit(parseSync(path, text).program);
  return found;
}
