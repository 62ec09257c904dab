import { isNode, LineCounter, parse, parseDocument, YAMLError } from 'yaml';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';

/**
 * Reads JSON or YAML into plain values. Aliases of YAML give one and the same value several times; a value that contains
 * itself, and what is nested or branched beyond the limits, is refused.
 */
export function parseValues(file: string, text: string): unknown {
  const value = /^\s*[[{]/.test(text) ? parseJson(file, text) : parseYaml(file, text);
  measure(file, value);
  return value;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A flow map of YAML begins like JSON.
    if (!file.endsWith('.json') && text.length <= limits.yamlBytes) return parseYaml(file, text);
    const message = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(message)?.[1];
    throw new ContractFault({
      file,
      detail: `it is not valid JSON: ${message}`,
      ...(at === undefined ? {} : lineOf(text, Number(at))),
    });
  }
}

function parseYaml(file: string, text: string): unknown {
  if (text.length > limits.yamlBytes)
    throw new ContractFault({
      file,
      detail: `YAML is read up to ${limits.yamlBytes / 1024 / 1024} MiB; write it as JSON, which is read up to ${limits.fileBytes / 1024 / 1024} MiB`,
    });
  try {
    return parse(text, {
      maxAliasCount: limits.yamlAliases,
      merge: true,
      uniqueKeys: true,
      logLevel: 'error',
    }) as unknown;
  } catch (error) {
    // The parser tells of its own full stack as of a fault of the text.
    if (error instanceof RangeError || String(error).includes('call stack')) throw tooDeep(file);
    if (error instanceof YAMLError) {
      const [first = error.message] = error.message.split('\n');
      throw new ContractFault({ file, detail: `it is not valid YAML: ${first}`, ...lineOf(text, error.pos[0]) });
    }
    throw new ContractFault({
      file,
      detail: `it is not valid YAML: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

/** Counts values as often as they are reached: a few aliases of aliases can stand for millions. */
function measure(file: string, value: unknown): void {
  let values = 0;
  const path = new Set<object>();
  const visit = (each: unknown, depth: number): void => {
    values += 1;
    if (values > limits.values)
      throw new ContractFault({ file, detail: `it has more than ${limits.values} values, aliases followed` });
    if (typeof each === 'string') refuseUnstorable(file, each);
    if (typeof each !== 'object' || each === null) return;
    if (depth > limits.depth) throw tooDeep(file);
    if (path.has(each)) throw new ContractFault({ file, detail: 'an alias in it contains itself' });
    path.add(each);
    for (const [key, child] of Object.entries(each)) {
      refuseUnstorable(file, key);
      visit(child, depth + 1);
    }
    path.delete(each);
  };
  visit(value, 0);
}

/** PostgreSQL keeps neither in JSON. */
function refuseUnstorable(file: string, text: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw new ContractFault({ file, detail: 'a text in it holds a null character or half of a surrogate pair' });
}

function tooDeep(file: string): ContractFault {
  return new ContractFault({ file, detail: `it is nested deeper than ${limits.depth} levels` });
}

function lineOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The line of a value by its path of keys, where the text is small enough to look for it. */
export function placeIn(
  text: string,
  path: readonly string[],
): { readonly line: number; readonly column: number } | undefined {
  if (text.length > 1024 * 1024) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  for (let length = path.length; length > 0; length -= 1) {
    const steps = path.slice(0, length).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const found: unknown = document.getIn(steps, true);
    if (!isNode(found) || found.range === undefined || found.range === null) continue;
    const { line, col } = lines.linePos(found.range[0]);
    return { line, column: col };
  }
  return undefined;
}
