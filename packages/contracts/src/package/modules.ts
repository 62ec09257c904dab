import { parseSync } from 'oxc-parser';
import { ContractFault } from '../contract-fault.ts';
import { pathFrom, type SourceFolder } from '../syntax/source-folder.ts';

/** A node of the syntax tree (ESTree with TypeScript), read without trusting its shape. */
export type Node = { readonly type: string; readonly [key: string]: unknown };

/** A name with everything that is declared under it in one file. */
export interface Declared {
  readonly id: string;
  readonly file: string;
  readonly nodes: readonly Node[];
}

export type Target =
  | { readonly kind: 'here'; readonly declared: Declared }
  /** What another package declares. */
  | { readonly kind: 'elsewhere'; readonly from: string; readonly name: string };

export interface Modules {
  /** Names of exports, sorted. */
  readonly exportsOf: (file: string) => readonly string[];
  readonly exported: (file: string, name: string) => Declared;
  /** What a name means inside a file; undefined for what is built in, or a parameter. */
  readonly named: (file: string, name: string) => Target | undefined;
}

interface Module {
  readonly declarations: Map<string, Node[]>;
  /** Local name to where it comes from. */
  readonly imports: Map<string, { readonly from: string; readonly name: string }>;
  /** Exported name to a local name, or to an export of another module. */
  readonly exports: Map<string, { readonly local: string } | { readonly from: string; readonly name: string }>;
  readonly stars: string[];
}

/** Reads declaration files; what they import of other packages is named, never looked for. */
export function openModules(folder: SourceFolder): Modules {
  const modules = new Map<string, Module>();
  const open = (file: string): Module => {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const module = readModule(file, folder.read(file));
    modules.set(file, module);
    return module;
  };
  const locate = (file: string, from: string): string | undefined => {
    if (!from.startsWith('.')) return undefined;
    const path = pathFrom(file, from).replace(/\.([cm]?)js$/, '.d.$1ts');
    const candidates = /\.d\.[cm]?ts$/.test(path) ? [path] : [`${path}.d.ts`, `${path}/index.d.ts`];
    const found = candidates.find((each) => folder.has(each));
    if (found === undefined)
      throw new ContractFault({ file, detail: `it names ${from}, and there is no ${candidates.join(' nor ')}` });
    return found;
  };
  const resolve = (file: string, name: string, seen: ReadonlySet<string>): Target | undefined => {
    const id = `${file}#${name}`;
    if (seen.has(id)) throw new ContractFault({ file, detail: `the export ${name} refers to nothing but itself` });
    const next = new Set([...seen, id]);
    const module = open(file);
    const direct = module.exports.get(name);
    if (direct !== undefined) {
      if ('local' in direct) return local(file, direct.local, next);
      return follow(file, direct, next);
    }
    if (name === 'default') return undefined;
    for (const from of module.stars) {
      const path = locate(file, from);
      if (path === undefined) continue;
      const found = resolve(path, name, next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const follow = (
    file: string,
    { from, name }: { readonly from: string; readonly name: string },
    seen: ReadonlySet<string>,
  ): Target | undefined => {
    const path = locate(file, from);
    if (path === undefined) return { kind: 'elsewhere', from, name };
    if (name !== '*') return resolve(path, name, seen);
    return { kind: 'here', declared: { id: `${path}#*`, file: path, nodes: [namespaceOf(path)] } };
  };
  const local = (file: string, name: string, seen: ReadonlySet<string>): Target | undefined => {
    const module = open(file);
    const nodes = module.declarations.get(name);
    if (nodes !== undefined) return { kind: 'here', declared: { id: `${file}:${name}`, file, nodes } };
    const imported = module.imports.get(name);
    return imported === undefined ? undefined : follow(file, imported, seen);
  };
  /** A module as a value: every export by its name. */
  const namespaceOf = (file: string): Node => ({
    type: 'Namespace',
    names: exportsOf(file, new Set()),
  });
  const exportsOf = (file: string, seen: ReadonlySet<string>): readonly string[] => {
    if (seen.has(file)) return [];
    const module = open(file);
    const names = new Set(module.exports.keys());
    for (const from of module.stars) {
      const path = locate(file, from);
      if (path === undefined)
        throw new ContractFault({ file, detail: `it exports everything of ${from}; name what of it is meant` });
      for (const name of exportsOf(path, new Set([...seen, file]))) if (name !== 'default') names.add(name);
    }
    return [...names].sort();
  };
  return {
    exportsOf: (file) => exportsOf(file, new Set()),
    exported: (file, name) => {
      const target = resolve(file, name, new Set());
      if (target === undefined) throw new ContractFault({ file, detail: `it exports ${name}, which is not declared` });
      if (target.kind === 'here') return target.declared;
      const node = { type: 'Import', from: target.from, name: target.name };
      return { id: `${target.from}#${target.name}`, file, nodes: [node] };
    },
    named: (file, name) => {
      // Members of a module as a value are its exports.
      if (name.startsWith('export ')) return resolve(file, name.slice('export '.length), new Set());
      return local(file, name, new Set());
    },
  };
}

function readModule(file: string, text: string): Module {
  const { program, errors } = parseSync(file, text, { lang: 'dts', sourceType: 'module' });
  const [fault] = errors;
  if (fault !== undefined) {
    const before = text.slice(0, fault.labels[0]?.start ?? 0).split('\n');
    throw new ContractFault({
      file,
      detail: `it is not valid TypeScript: ${fault.message}`,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
  }
  const module: Module = { declarations: new Map(), imports: new Map(), exports: new Map(), stars: [] };
  for (const statement of program.body) readStatement(module, { file, node: statement as unknown as Node });
  return module;
}

function readStatement(module: Module, { file, node }: { readonly file: string; readonly node: Node }): void {
  switch (node.type) {
    case 'ImportDeclaration':
      for (const each of nodesAt(node, 'specifiers')) {
        const imported =
          each.type === 'ImportSpecifier'
            ? nameOf(each['imported'])
            : each.type === 'ImportDefaultSpecifier'
              ? 'default'
              : '*';
        module.imports.set(nameOf(each['local']), { from: textOf(node['source']), name: imported });
      }
      return;
    case 'ExportAllDeclaration': {
      const from = textOf(node['source']);
      if (node['exported'] === null || node['exported'] === undefined) module.stars.push(from);
      else module.exports.set(nameOf(node['exported']), { from, name: '*' });
      return;
    }
    case 'ExportNamedDeclaration':
      if (isNode(node['declaration'])) {
        for (const name of declare(module, node['declaration'])) module.exports.set(name, { local: name });
        return;
      }
      for (const each of nodesAt(node, 'specifiers')) {
        const target = isNode(node['source'])
          ? { from: textOf(node['source']), name: nameOf(each['local']) }
          : { local: nameOf(each['local']) };
        module.exports.set(nameOf(each['exported']), target);
      }
      return;
    case 'ExportDefaultDeclaration': {
      const declaration = node['declaration'] as Node;
      if (declaration.type === 'Identifier') module.exports.set('default', { local: nameOf(declaration) });
      else {
        module.declarations.set('default export', [declaration]);
        module.exports.set('default', { local: 'default export' });
      }
      return;
    }
    case 'TSExportAssignment':
    case 'TSImportEqualsDeclaration':
      throw new ContractFault({ file, detail: '`export =` and `import =` are not supported; export by name' });
    default:
      declare(module, node);
  }
}

/** Notes what a statement declares, and gives the names. */
function declare(module: Module, node: Node): readonly string[] {
  const declarators = node.type === 'VariableDeclaration' ? nodesAt(node, 'declarations') : [node];
  const names: string[] = [];
  for (const each of declarators) {
    if (!isNode(each['id'])) continue;
    const name = nameOf(each['id']);
    module.declarations.set(name, [...(module.declarations.get(name) ?? []), each]);
    names.push(name);
  }
  return names;
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && typeof (value as Node).type === 'string'
  );
}

function nodesAt(node: Node, key: string): readonly Node[] {
  const list = node[key];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** The name of an identifier, or the text of a string that stands for one. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  return typeof node['name'] === 'string' ? node['name'] : String(node['value'] ?? '');
}

function textOf(node: unknown): string {
  return isNode(node) ? String(node['value'] ?? '') : '';
}
