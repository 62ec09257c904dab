import type { Json } from '@almanac/domain';
import { canonicalJson } from '../canonical.ts';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';
import { isNode, type Node } from './modules.ts';

interface Context {
  /** What stands for a name that is declared or imported; undefined for all others. */
  readonly refer: (name: string) => Json | undefined;
  readonly file: string;
}

/** What says where something stands or how it is kept, not what it is. */
const leftOut = new Set([
  'type',
  'start',
  'end',
  'range',
  'loc',
  'parent',
  'declare',
  'raw',
  'importKind',
  'exportKind',
  'override',
  'definite',
]);
const inAnyOrder = new Set(['TSUnionType', 'TSIntersectionType']);

/** The syntax of what is declared under one name, without positions; members and unions in an order of their own. */
export function syntaxOf(nodes: readonly Node[], context: Context): Json {
  const written = nodes.map((node) => outline(node, { context, names: new Set(), depth: 0 }));
  const interfaces = written.filter((each) => each['type'] === 'TSInterfaceDeclaration');
  // Interfaces of one name are one interface.
  const merged = interfaces.length < 2 ? [] : [mergeInterfaces(interfaces)];
  const others = interfaces.length < 2 ? written : written.filter((each) => each['type'] !== 'TSInterfaceDeclaration');
  const sorted = others.every((each) => each['type'] === 'TSDeclareFunction') ? others : sortByText(others);
  return { type: 'Declarations', items: [...merged, ...sorted] };
}

type Written = { readonly [key: string]: Json };

interface Place {
  readonly context: Context;
  /** Names that mean a type parameter here. */
  readonly names: ReadonlySet<string>;
  readonly depth: number;
}

function outline(node: Node, place: Place): Written {
  if (place.depth > limits.depth)
    throw new ContractFault({
      file: place.context.file,
      detail: `types are nested deeper than ${limits.depth} levels`,
    });
  const referred = referenceOf(node, place);
  if (referred !== undefined) return referred as Written;
  const names = new Set([...place.names, ...typeParametersOf(node)]);
  const inside = { ...place, names, depth: place.depth + 1 };
  if (node.type === 'Namespace') return { type: 'Namespace', members: exportsOf(node, place) };
  const written: { [key: string]: Json } = { type: node.type };
  for (const [key, value] of Object.entries(node)) {
    if (leftOut.has(key) || value === undefined || value === null || value === false) continue;
    const [name, part] = partOf({ node, key, value }, inside);
    if (part !== undefined) written[name] = part;
  }
  if (inAnyOrder.has(node.type) && Array.isArray(written['types']))
    written['types'] = sortByText(written['types'] as readonly Json[]);
  return written;
}

const typeLists = ['TSTypeParameterDeclaration', 'TSTypeParameterInstantiation'];

/** One part of a node, and under which name it is kept; undefined where it does not matter. */
function partOf(
  { node, key, value }: { readonly node: Node; readonly key: string; readonly value: unknown },
  place: Place,
): readonly [name: string, part: Json | undefined] {
  if (key === 'params' && Array.isArray(value) && !typeLists.includes(node.type))
    return [key, value.map((each) => parameterOf(each, place))];
  if (isMemberList(node, key)) return ['members', membersOf(value, place)];
  if (key !== 'id' || !/Declaration|TSDeclareFunction|VariableDeclarator/.test(node.type))
    return [key, outlineValue(value, place)];
  // The name of a declaration is that of the export, or does not matter; the type of a variable stands with its name.
  const annotation = isNode(value) ? value['typeAnnotation'] : undefined;
  return ['typeAnnotation', isNode(annotation) ? outline(annotation, place) : undefined];
}

function outlineValue(value: unknown, place: Place): Json {
  if (isNode(value)) return outline(value, place);
  if (Array.isArray(value)) return value.map((each) => outlineValue(each, place));
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !leftOut.has(key))
        .map(([key, each]) => [key, outlineValue(each, place)]),
    );
  return value as Json;
}

/** A name where a type or a value is meant, exchanged for what it leads to. */
function referenceOf(node: Node, place: Place): Json | undefined {
  if (node.type !== 'Identifier' || typeof node['name'] !== 'string' || isNode(node['typeAnnotation']))
    return undefined;
  const name = node['name'];
  if (place.names.has(name)) return { type: 'TypeParameter', name };
  return place.context.refer(name) ?? { type: 'Name', name };
}

function typeParametersOf(node: Node): readonly string[] {
  const declared = node['typeParameters'];
  const mapped =
    node.type === 'TSMappedType' || node.type === 'TSInferType' ? [node['key'], node['typeParameter']] : [];
  const parameters = isNode(declared) && Array.isArray(declared['params']) ? declared['params'] : [];
  const inferred = node.type === 'TSConditionalType' ? inferredIn(node['extendsType']) : [];
  return [
    ...[...parameters, ...mapped].filter(isNode).map((each) => {
      const name = each['name'];
      return isNode(name) ? String(name['name']) : String(name);
    }),
    ...inferred,
  ];
}

/** Names that `infer` brings into a conditional type. */
function inferredIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(inferredIn);
  if (!isNode(value)) return [];
  const own = value.type === 'TSInferType' ? typeParametersOf(value) : [];
  return [...own, ...Object.values(value).flatMap(inferredIn)];
}

/** What a parameter is called does not matter to who calls. */
function parameterOf(value: unknown, place: Place): Json {
  if (!isNode(value)) return null;
  const target = value.type === 'TSParameterProperty' && isNode(value['parameter']) ? value['parameter'] : value;
  const annotation = isNode(target['typeAnnotation']) ? { annotation: outline(target['typeAnnotation'], place) } : {};
  if (target.type === 'RestElement') return { type: 'RestElement', ...annotation };
  const isThis = target['name'] === 'this';
  return {
    type: isThis ? 'This' : 'Parameter',
    ...(target['optional'] === true ? { optional: true } : {}),
    ...annotation,
  };
}

function isMemberList(node: Node, key: string): boolean {
  return (
    (key === 'body' && (node.type === 'TSInterfaceBody' || node.type === 'ClassBody')) ||
    (key === 'members' && node.type === 'TSTypeLiteral')
  );
}

/** Of a module as a value: what each of its exports leads to. */
function exportsOf(node: Node, place: Place): readonly Json[] {
  const names = Array.isArray(node['names']) ? (node['names'] as readonly string[]) : [];
  return names.map((key) => ({ key, value: place.context.refer(`export ${key}`) ?? null }));
}

/** Members by their keys; what is private is nobody's business. */
function membersOf(value: unknown, place: Place): readonly Json[] {
  const members = (Array.isArray(value) ? value.filter(isNode) : []).filter(
    (member) =>
      member['accessibility'] !== 'private' && !(isNode(member['key']) && member['key'].type === 'PrivateIdentifier'),
  );
  const counts = new Map<string, number>();
  const keyed = members.map((member): Written => {
    const base = memberKey(member, place);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    const { key: _, ...rest } = outline({ ...member, key: null }, place);
    return { ...rest, key: count === 0 ? base : `${base} (${count + 1})` };
  });
  return keyed.toSorted((a, b) => (String(a['key']) < String(b['key']) ? -1 : 1));
}

function memberKey(member: Node, place: Place): string {
  const named: Readonly<Record<string, string>> = {
    TSCallSignatureDeclaration: 'call',
    TSConstructSignatureDeclaration: 'new',
    TSIndexSignature: 'index',
  };
  const fixed = named[member.type];
  if (fixed !== undefined) return fixed;
  const { key } = member;
  const kind = member['kind'] === 'get' || member['kind'] === 'set' ? `${member['kind']} ` : '';
  const prefix = `${member['static'] === true ? 'static ' : ''}${kind}`;
  if (!isNode(key)) return `${prefix}${member.type}`;
  if (member['computed'] !== true && typeof key['name'] === 'string') return `${prefix}${key['name']}`;
  if (member['computed'] !== true && key['value'] !== undefined) return `${prefix}${String(key['value'])}`;
  return `${prefix}[${canonicalJson(outline(key, place))}]`;
}

function mergeInterfaces(interfaces: readonly Written[]): Written {
  const members = interfaces.flatMap((each) => {
    const body = each['body'] as Written | undefined;
    return (body?.['members'] ?? []) as readonly Written[];
  });
  const [first] = interfaces;
  return {
    ...first,
    body: {
      type: 'TSInterfaceBody',
      members: members.toSorted((a, b) => (String(a['key']) < String(b['key']) ? -1 : 1)),
    },
  };
}

function sortByText<Item extends Json>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}
