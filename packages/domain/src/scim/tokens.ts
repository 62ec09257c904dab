import { type RefusalCode, refuse } from '../refusal/refusal.ts';

/** What is read of a filter or a path at most. */
export const scimFilterLimits = { characters: 2000, comparisons: 50, depth: 10 } as const;

export type ScimToken =
  | { readonly kind: 'mark'; readonly text: '(' | ')' | '[' | ']' | '.' }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number; readonly text: string };

/** Each alternative is decided by its first character, so that no text makes it look twice. */
const pattern =
  /\s+|([()[\].])|([A-Za-z$_][\w$:-]*(?:\.[\w$-][\w$:-]*)*)|("(?:[^"\\\p{Cc}]|\\.)*")|(-?\d+(?:\.\d+)?)/uy;

/** The words of a filter or a path (RFC 7644, figure 1). */
export function scimTokens(text: string, code: Extract<RefusalCode, 'invalid-filter' | 'invalid-path'>): ScimToken[] {
  if (text.length > scimFilterLimits.characters)
    refuse(code, `it has more than ${scimFilterLimits.characters} characters`);
  const tokens: ScimToken[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) return refuse(code, `at character ${at + 1} stands what is neither a name nor a value`);
    const [, mark, word, quoted, number] = found;
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark as '(' });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'value', value: Number(number), text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'value', value: unquoted(quoted, at, code), text: quoted });
  }
  return tokens;
}

/** A text is written as in JSON. */
function unquoted(quoted: string, at: number, code: Parameters<typeof scimTokens>[1]): string {
  try {
    const value = String(JSON.parse(quoted));
    if (value.isWellFormed() && !value.includes('\u0000')) return value;
  } catch {
    // Said below: what is wrong with it is the same either way.
  }
  return refuse(code, `the text at character ${at + 1} is not written as JSON wants it`);
}
