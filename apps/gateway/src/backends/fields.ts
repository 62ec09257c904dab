/** Names in lower case and values in turn; what a name has several of is a list. */
export type HeaderList = (string | string[])[];

const name = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const value = '[\\t\\x20-\\x7e\\x80-\\xff]*';
const wholeName = new RegExp(`^${name}$`);
const wholeValue = new RegExp(`^${value}$`);
/** Nothing stands between name and colon, nothing is folded, and nothing but CR LF ends a line (RFC 9112, section 5). */
const wholeLines = new RegExp(`^(?:${name}:${value}\\r\\n)*$`);

const mostNames = 256;

/** Whether a word may stand where a method or the name of a header does (a token of RFC 9110, section 5.6.2). */
export function isToken(word: string): boolean {
  return wholeName.test(word);
}

/** Headers or trailers of lines that each end; undefined where they can be read in two ways, or have too many names. */
export function readFields(text: string): HeaderList | undefined {
  if (!wholeLines.test(text)) return undefined;
  const list: HeaderList = [];
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    addValue(list, text.slice(at, colon).toLowerCase(), trimmed(text, colon + 1, end));
    if (list.length > 2 * mostNames) return undefined;
    at = end + 2;
  }
  return list;
}

/** Names and values in turn as lines; undefined where one of them could be read as more than one line. */
export function writeFields(list: readonly string[]): string | undefined {
  let text = '';
  for (let index = 0; index + 1 < list.length; index += 2) {
    const [named = '', said = ''] = [list[index], list[index + 1]];
    if (!wholeName.test(named) || !wholeValue.test(said)) return undefined;
    text += `${named}: ${said}\r\n`;
  }
  return text;
}

/** The value or values of a header; undefined where it is not there. */
export function valueIn(list: HeaderList, named: string): string | string[] | undefined {
  for (let index = 0; index < list.length; index += 2) if (list[index] === named) return list[index + 1];
  return undefined;
}

/** Puts a value beside those that a header has already. */
export function addValue(list: HeaderList, named: string, said: string): void {
  let at = 0;
  while (at < list.length && list[at] !== named) at += 2;
  list[at + 1] = at < list.length ? [list[at + 1] ?? []].flat().concat(said) : said;
  list[at] = named;
}

export function pairs(list: HeaderList): [name: string, value: string | string[]][] {
  return Array.from({ length: list.length / 2 }, (_, at) => [String(list[2 * at]), list[2 * at + 1] ?? '']);
}

function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
