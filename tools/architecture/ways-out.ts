import { isBuiltin } from 'node:module';
import { type Node, parseSync, Visitor } from 'oxc-parser';
import { isForTests } from './dependency-table.ts';
import type { SourceFile } from './modules.ts';
import { modulesWithoutNetwork, packagesWithoutNetwork, staysAtHome, type WayOut } from './ways-out-table.ts';

/** Globals by which a program reaches others. */
const globals: ReadonlySet<string> = new Set([
  ...['fetch', 'EventSource', 'RTCPeerConnection', 'WebSocket', 'WebSocketStream', 'WebTransport', 'XMLHttpRequest'],
  'sendBeacon',
]);
/** Objects that have all globals as members. */
const globalObjects: ReadonlySet<string> = new Set(['global', 'globalThis', 'navigator', 'self', 'window']);
/** Other doors to modules than an import, which nobody here needs. */
const sideEntrances: ReadonlySet<string> = new Set(['getBuiltinModule', 'require', '_load']);

/** Reading a whole program takes long: most say none of these words. */
const mayName = new RegExp(
  `\\b(${[...globals, ...sideEntrances, 'globalThis'].join('|')})\\b|\\bimport\\s*\\(|\\bglobal\\[`,
);

/** What leaves a process of ours and is in no table, and entries of the table that nothing uses; one sentence each. */
export function unknownWaysOut(
  files: readonly SourceFile[],
  known: Readonly<Record<string, WayOut>>,
): readonly string[] {
  const read = files.filter(({ path }) => isOurs(path));
  if (read.length === 0) throw new Error('The check of ways out read no module.');
  const found = new Map(read.map((file) => [file.path, waysOutOf(file)]));
  return [
    ...[...found].flatMap(([path, ways]) =>
      ways
        .filter((way) => known[path]?.uses.includes(way) !== true)
        .map(
          (way) => `${path}: ${way} goes out beside the outbound client; use that, or say why not in ways-out-table.ts`,
        ),
    ),
    ...Object.entries(known).flatMap(([path, { uses }]) =>
      uses
        .filter((use) => found.get(path)?.includes(use) !== true)
        .map((use) => `${path}: ${use} is in ways-out-table.ts and not there`),
    ),
    ...read.filter(({ text }) => /\bfetch\(/.test(text)).flatMap(followers),
  ];
}

function isOurs(path: string): boolean {
  return /^(apps|packages|plugins)\//.test(path) && !isForTests(path);
}

/** All by which a file reaches others: of Node's modules, of packages, and globals. */
function waysOutOf(file: SourceFile): readonly string[] {
  const { module } = parse(file);
  const imported = module.staticImports.flatMap(({ moduleRequest, entries }) => {
    const values = entries.filter(({ isType }) => !isType);
    // An import for its effects names nothing and brings everything.
    if (entries.length > 0 && values.length === 0) return [];
    const names = values.map(({ importName }) => importName.name ?? '*');
    return waysOutOfModule(file.path, moduleRequest.value, names.length === 0 ? ['*'] : names);
  });
  const passedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, isType }) =>
      moduleRequest === null || isType ? [] : waysOutOfModule(file.path, moduleRequest.value, [importName.name ?? '*']),
    ),
  );
  const local = new Set(module.staticImports.flatMap(({ entries }) => entries.map(({ localName }) => localName.value)));
  const named = mayName.test(file.text) ? namesIn(file, local) : [];
  return [...new Set([...imported, ...passedOn, ...named])].sort();
}

function waysOutOfModule(path: string, specifier: string, names: readonly string[]): readonly string[] {
  if (/^[.#]/.test(specifier) || specifier.startsWith('@almanac/')) return [];
  if (isBuiltin(specifier)) return waysOutOfNode(specifier.replace(/^node:/, ''), names);
  // What the console loads runs in a browser, under a policy that lets it reach the server alone.
  if (path.startsWith('apps/console/')) return [];
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (packagesWithoutNetwork.has(name)) return [];
  const harmless = staysAtHome[name];
  if (harmless === undefined) return [name];
  return names.filter((each) => !harmless.includes(each)).map((each) => `${name} ${each}`);
}

function waysOutOfNode(module: string, names: readonly string[]): readonly string[] {
  if (module === 'module')
    return names.filter((each) => each === '*' || each === '_load').map((each) => `module ${each}`);
  if (modulesWithoutNetwork.has(module)) return [];
  return names.filter((each) => staysAtHome[module]?.includes(each) !== true).map((each) => `${module} ${each}`);
}

/** Globals that a file uses as values, and modules that it loads as it runs. */
function namesIn(file: SourceFile, local: ReadonlySet<string>): readonly string[] {
  const named = new Map<number, string>();
  const harmless = new Set<number>();
  const loaded: string[] = [];
  const keyOf = (key: Node, computed: boolean) => void (!computed && harmless.add(key.start));
  const visitor = new Visitor({
    Identifier: ({ name, start }) => void named.set(start, name),
    MemberExpression({ object, property, computed }) {
      const ofGlobal = object.type === 'Identifier' && globalObjects.has(object.name);
      const isHidden = computed && /^global/.test(object.type === 'Identifier' ? object.name : '');
      const isNamed = property.type === 'Literal' && globals.has(String(property.value));
      if (ofGlobal && (isHidden || isNamed)) loaded.push(`${object.name}[…]`);
      const isEntrance = property.type === 'Identifier' && sideEntrances.has(property.name);
      if (!ofGlobal && !isEntrance) keyOf(property, computed);
    },
    Property: ({ key, computed, shorthand }) => void (!shorthand && keyOf(key, computed)),
    PropertyDefinition: ({ key, computed }) => keyOf(key, computed),
    MethodDefinition: ({ key, computed }) => keyOf(key, computed),
    TSPropertySignature: ({ key, computed }) => keyOf(key, computed),
    TSMethodSignature: ({ key, computed }) => keyOf(key, computed),
    TSTypeQuery: ({ exprName }) => void harmless.add(exprName.start),
    TSTypeReference: ({ typeName }) => void harmless.add(typeName.start),
    ImportExpression({ source }) {
      if (source.type === 'Literal' && typeof source.value === 'string')
        loaded.push(...waysOutOfModule(file.path, source.value, ['*']));
      else loaded.push('import(…)');
    },
  });
  visitor.visit(parse(file).program);
  const used = [...named].flatMap(([start, name]) => (harmless.has(start) || local.has(name) ? [] : [name]));
  return [...loaded, ...used.filter((name) => globals.has(name) || sideEntrances.has(name))];
}

/** Calls of the global `fetch` that would go wherever an answer leads them. */
function followers(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'Identifier' || callee.name !== 'fetch') return;
      const [, init] = given;
      // What somebody passes on is judged where it is made.
      if (init !== undefined && (init.type !== 'ObjectExpression' || init.properties.some(isSpread))) return;
      if (init?.properties.some(staysWhereItIs) !== true)
        found.push(`${file.path}: fetch follows redirects unless it is told redirect: 'manual'`);
    },
  });
  visitor.visit(parse(file).program);
  return found;
}

const isSpread = ({ type }: Node) => type === 'SpreadElement';

function staysWhereItIs(property: Node): boolean {
  return (
    property.type === 'Property' &&
    property.key.type === 'Identifier' &&
    property.key.name === 'redirect' &&
    property.value.type === 'Literal' &&
    (property.value.value === 'manual' || property.value.value === 'error')
  );
}

function parse({ path, text }: SourceFile) {
  const parsed = parseSync(path, text);
  const fault = parsed.errors[0];
  if (fault !== undefined) throw new Error(`${path} does not parse: ${fault.message}`);
  return parsed;
}
