import { elementKey, type Operation, type SchemaRef, schemasOf } from '@almanac/domain';
import type { ContractDocument } from '../contract-document.ts';
import { ContractFault } from '../contract-fault.ts';
import { finishDocument } from '../finish-document.ts';
import { limits } from '../limits.ts';
import { createSchemaGraph } from '../schemas/graph.ts';
import { minimise } from '../schemas/minimise.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';
import { mapOperation } from './map-operation.ts';
import { createOperationReader, type OperationReader } from './operations.ts';

/** HTTP methods in a path item of OpenAPI 3. */
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

interface Found {
  readonly key: string;
  readonly label: string;
  readonly sent: boolean;
  readonly operation: Operation;
}

/** Reads an OpenAPI document of 3.0 or 3.1: an element for each operation and each webhook. */
export function readOpenapi(sources: Sources, root: Located<JsonObject>): ContractDocument {
  const version = String(root.value['openapi']);
  if (!/^3\.[01](\.|$)/.test(version))
    throw sources.fault(root, `openapi: ${version} is not supported; 3.0 and 3.1 are`);
  const openapi30 = version.startsWith('3.0');
  const graph = createSchemaGraph({ sources, file: root.file, dialect: { openapi30, refStandsAlone: openapi30 } });
  const reader = createOperationReader({ sources, root, add: (member) => graph.add([member]) });
  const found = [...readPaths(reader, root), ...readWebhooks(reader, root)];
  if (found.length > limits.elements)
    throw new ContractFault({
      file: root.file,
      detail: `it has ${found.length} operations; ${limits.elements} are the most`,
    });
  refuseTwins(sources, { root, found });
  const normal = minimise(graph.finish(), {
    file: root.file,
    roots: found.flatMap(({ operation }) => schemasOf(operation)),
  });
  const to = (ref: SchemaRef): SchemaRef => normal.at(ref);
  return finishDocument({
    kind: 'openapi',
    normal,
    elements: found.map(({ key, label, sent, operation }) => {
      const body = { kind: 'openapi' as const, sent, operation: mapOperation(operation, to) };
      const meaning = { ...body, operation: mapOperation<unknown>(body.operation, (ref) => normal.hashes[ref]) };
      return { key, label, body, meaning };
    }),
  });
}

function readPaths(reader: OperationReader, root: Located<JsonObject>): readonly Found[] {
  return reader.entriesOf(root, 'paths').flatMap(([path, at]): readonly Found[] => {
    if (!path.startsWith('/')) return [];
    return operationsAt(reader, { at, path }).map(([method, operation]) => ({
      key: elementKey(`${method} ${path}`),
      label: `${method} ${path}`,
      sent: false,
      operation,
    }));
  });
}

function readWebhooks(reader: OperationReader, root: Located<JsonObject>): readonly Found[] {
  return reader.entriesOf(root, 'webhooks').flatMap(([name, at]) =>
    operationsAt(reader, { at, path: '' }).map(([method, operation]) => {
      const key = `webhook ${name} ${method}`;
      return { key, label: key, sent: true, operation };
    }),
  );
}

function operationsAt(
  reader: OperationReader,
  input: { readonly at: Located<JsonObject>; readonly path: string },
): readonly (readonly [method: string, operation: Operation])[] {
  const item = reader.follow(input.at);
  return methods
    .filter((method) => item.value[method] !== undefined)
    .map((method) => [method.toUpperCase(), reader.read({ item, method, path: input.path })]);
}

/** Two paths that differ in the names of their parameters only are one to whoever asks. */
function refuseTwins(
  sources: Sources,
  { root, found }: { readonly root: Located<JsonObject>; readonly found: readonly Found[] },
): void {
  const labels = new Map<string, string>();
  for (const { key, label } of found) {
    const other = labels.get(key);
    if (other !== undefined) throw sources.fault(root, `${other} and ${label} are the same operation`);
    labels.set(key, label);
  }
}
