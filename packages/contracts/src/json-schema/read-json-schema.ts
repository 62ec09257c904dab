import { basename } from 'node:path/posix';
import type { SchemaRef } from '@almanac/domain';
import type { ContractDocument } from '../contract-document.ts';
import { ContractFault } from '../contract-fault.ts';
import { finishDocument } from '../finish-document.ts';
import { limits } from '../limits.ts';
import { createSchemaGraph } from '../schemas/graph.ts';
import type { Member } from '../schemas/members.ts';
import { minimise } from '../schemas/minimise.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';

/** What describes a value, as opposed to holding descriptions of others. */
const describing = [
  'type',
  'properties',
  'required',
  'allOf',
  'anyOf',
  'oneOf',
  '$ref',
  'enum',
  'const',
  'items',
  'if',
];

/** Whether a document is JSON Schema: it says so, or has its keywords at the root. */
export function isJsonSchema(value: JsonObject): boolean {
  return ['$schema', '$defs', 'definitions', ...describing].some((keyword) => value[keyword] !== undefined);
}

/** Reads events and messages: one for each named schema, or the one that the root describes. */
export function readJsonSchema(sources: Sources, root: Located<JsonObject>): ContractDocument {
  const draft = /draft-0?(\d)/.exec(String(root.value['$schema'] ?? ''))?.[1];
  const graph = createSchemaGraph({
    sources,
    file: root.file,
    dialect: { openapi30: false, refStandsAlone: draft !== undefined },
  });
  const messages = messagesOf(sources, root);
  if (messages.length === 0) throw sources.fault(root, 'it describes no event: there is nothing below $defs');
  if (messages.length > limits.elements)
    throw new ContractFault({
      file: root.file,
      detail: `it has ${messages.length} events; ${limits.elements} are the most`,
    });
  const roots = messages.map(([name, member]) => ({ name, root: graph.add([member]) }));
  const normal = minimise(graph.finish(), { file: root.file, roots: roots.map((each) => each.root) });
  const to = (ref: SchemaRef): SchemaRef => normal.at(ref);
  return finishDocument({
    kind: 'json-schema',
    normal,
    elements: roots.map(({ name, root: ref }) => ({
      key: name,
      label: name,
      body: { kind: 'json-schema', root: to(ref) },
      meaning: { kind: 'json-schema', root: normal.hashes[to(ref)] },
    })),
  });
}

function messagesOf(sources: Sources, root: Located<JsonObject>): readonly (readonly [string, Member])[] {
  const named = root.value['$defs'] ?? root.value['definitions'];
  if (named !== undefined && (typeof named !== 'object' || named === null || Array.isArray(named)))
    throw sources.fault(root, '$defs is a map of schemas by their names');
  if (!describesValue(root.value)) {
    return Object.entries(named ?? {}).map(([name, value]) => [
      name,
      { value: value as JsonObject | boolean, file: root.file },
    ]);
  }
  const title = root.value['title'];
  const name =
    typeof title === 'string' && title.trim() !== ''
      ? title.trim()
      : basename(root.file).replace(/(\.schema)?\.[a-z]+$/, '');
  return [[name, root]];
}

/** A root that only chooses between its own definitions holds them together and describes nothing by itself. */
function describesValue(value: JsonObject): boolean {
  const used = describing.filter((keyword) => value[keyword] !== undefined);
  const [only] = used;
  if (only === undefined) return false;
  const list = value[only];
  if (used.length > 1 || (only !== 'oneOf' && only !== 'anyOf') || !Array.isArray(list)) return true;
  return !(list as readonly unknown[]).every((each) => {
    const reference = (each as JsonObject | null)?.['$ref'];
    return typeof reference === 'string' && /^#\/(\$defs|definitions)\/[^/]+$/.test(reference);
  });
}
