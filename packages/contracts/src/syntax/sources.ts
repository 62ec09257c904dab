import { ContractFault } from '../contract-fault.ts';
import { parseValues, placeIn } from './parse-values.ts';
import { pathFrom, type SourceFolder } from './source-folder.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** A value and the file that it stands in; identity of the value is identity of the place. */
export interface Located<Value = unknown> {
  readonly value: Value;
  readonly file: string;
}

/** The parsed files of one contract, and where references lead. */
export interface Sources {
  readonly root: (path: string) => Located;
  /** What a `$ref` leads to. */
  readonly resolve: (from: Located, reference: string) => Located;
  /** A fault at a value, with its pointer and line. */
  readonly fault: (at: Located, detail: string) => ContractFault;
}

interface File {
  readonly text: string;
  readonly value: unknown;
  /** What is named by `$id`, `$anchor` or `$dynamicAnchor`. */
  names?: ReadonlyMap<string, unknown>;
}

export function openSources(folder: SourceFolder): Sources {
  const files = new Map<string, File>();
  const open = (path: string): File => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const text = folder.read(path);
    const file: File = { text, value: parseValues(path, text) };
    files.set(path, file);
    return file;
  };
  const fault = (at: Located, detail: string): ContractFault => {
    const file = files.get(at.file);
    const path = file === undefined ? undefined : pathTo(file.value, at.value);
    const place = file === undefined || path === undefined ? undefined : placeIn(file.text, path);
    return new ContractFault({
      file: at.file,
      detail,
      pointer: path === undefined ? undefined : pointerOf(path),
      ...place,
    });
  };
  /** What stands before the `#`: the same file, something in it by its `$id`, or another file. */
  const documentOf = (from: Located, address: string): Located => {
    if (address === '') return { value: open(from.file).value, file: from.file };
    const named = namesOf(open(from.file)).get(address);
    if (named !== undefined) return { value: named, file: from.file };
    try {
      const file = pathFrom(from.file, address);
      return { value: open(file).value, file };
    } catch (error) {
      // What is wrong with the reference is told where it stands; what is wrong with the other file is told of that.
      throw error instanceof ContractFault && error.file === from.file ? fault(from, error.detail) : error;
    }
  };
  const resolve = (from: Located, reference: string): Located => {
    const [address, fragment] = splitOnce(reference, '#');
    const document = documentOf(from, address);
    if (fragment === '') return document;
    if (!fragment.startsWith('/')) {
      const named = namesOf(open(document.file)).get(`#${fragment}`);
      if (named === undefined) throw fault(from, `it refers to ${reference}, and nothing there has that name`);
      return { value: named, file: document.file };
    }
    let { value } = document;
    for (const step of fragment.slice(1).split('/').map(unescapeStep)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
        throw fault(from, `it refers to ${reference}, which is not there`);
      value = (value as JsonObject)[step];
    }
    return { value, file: document.file };
  };
  return { root: (path) => ({ value: open(path).value, file: path }), resolve, fault };
}

function namesOf(file: File): ReadonlyMap<string, unknown> {
  if (file.names !== undefined) return file.names;
  const names = new Map<string, unknown>();
  const seen = new Set<object>();
  const stack: unknown[] = [file.value];
  while (stack.length > 0) {
    const each = stack.pop();
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    seen.add(each);
    const { $id: id, $anchor: anchor, $dynamicAnchor: dynamic } = each as JsonObject;
    if (typeof id === 'string') names.set(id, each);
    for (const name of [anchor, dynamic]) if (typeof name === 'string') names.set(`#${name}`, each);
    stack.push(...Object.values(each));
  }
  file.names = names;
  return names;
}

/** The keys that lead from a value to one inside it. */
function pathTo(root: unknown, target: unknown): readonly string[] | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const seen = new Set<object>();
  const visit = (value: unknown, path: readonly string[]): readonly string[] | undefined => {
    if (value === target) return path;
    if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
    seen.add(value);
    for (const [key, each] of Object.entries(value)) {
      const found = visit(each, [...path, key]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(root, []);
}

function pointerOf(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function unescapeStep(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A per cent sign that stands for itself.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
