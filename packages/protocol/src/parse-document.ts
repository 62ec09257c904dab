import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearestOf } from './nearest.ts';

/** One fault of a document and the place in the text where it stands; lines and columns count from 1. */
export interface DocumentFault {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

export type ParsedDocument<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** Reads a YAML document by a schema; every fault is reported with its place, an unknown key with the nearest known one. */
export function parseDocumentBy<Schema extends z.ZodType>(input: {
  readonly schema: Schema;
  readonly text: string;
  readonly maxBytes: number;
}): ParsedDocument<z.output<Schema>> {
  const { schema, text, maxBytes } = input;
  if (new TextEncoder().encode(text).length > maxBytes)
    return { ok: false, faults: [{ path: '', line: 1, column: 1, detail: `is larger than ${maxBytes} bytes` }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { path: '', line, column: col, detail: firstLine(error.message) };
      }),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    return { ok: false, faults: [{ path: '', line: 1, column: 1, detail: firstLine(String(error)) }] };
  }
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const faults = result.error.issues
    .flatMap((issue) => faultsOfIssue({ issue, schema }))
    .map(({ path, detail, atKey }) => ({
      path: path.join('.'),
      ...place({ document, lines, path, atKey }),
      detail,
    }));
  return { ok: false, faults };
}

interface Found {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  readonly atKey: boolean;
}

function faultsOfIssue(input: { readonly issue: z.core.$ZodIssue; readonly schema: z.ZodType }): readonly Found[] {
  const { issue, schema } = input;
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      detail: unknownKey(key, knownKeys(schema, path)),
      atKey: true,
    }));
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    return [{ path, detail: `is not a valid name: ${first?.message ?? issue.message}`, atKey: true }];
  }
  return [{ path, detail: issue.message, atKey: false }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestOf(key, { known, farthest: Math.max(2, Math.floor(key.length / 3)) });
  const suggestion = nearest === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${nearest}?`;
  return `unknown key ${key}: ${suggestion}`;
}

/** The keys that the schema knows at a path, found by walking the schema along it. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let schemas: readonly unknown[] = [schema];
  for (const step of path) schemas = schemas.flatMap((each) => childSchemas(each, step));
  return [...new Set(schemas.flatMap(objectKeys))];
}

interface Inspectable {
  readonly _zod?: { readonly def: Readonly<Record<string, unknown>> };
}

function unwrapped(schema: unknown): readonly unknown[] {
  const definition = (schema as Inspectable)._zod?.def;
  if (definition === undefined) return [];
  if (Array.isArray(definition['options'])) return definition['options'].flatMap(unwrapped);
  if (definition['innerType'] !== undefined) return unwrapped(definition['innerType']);
  if (definition['in'] !== undefined) return unwrapped(definition['in']);
  return [schema];
}

function childSchemas(schema: unknown, step: PropertyKey): readonly unknown[] {
  return unwrapped(schema).flatMap((each) => {
    const definition = (each as Inspectable)._zod?.def ?? {};
    const shape = definition['shape'] as Readonly<Record<PropertyKey, unknown>> | undefined;
    const child = shape?.[step] ?? definition['valueType'] ?? definition['element'];
    return child === undefined ? [] : [child];
  });
}

function objectKeys(schema: unknown): readonly string[] {
  return unwrapped(schema).flatMap((each) => Object.keys((each as Inspectable)._zod?.def['shape'] ?? {}));
}

/** The line and column of a path; of the nearest parent where the path itself is absent. */
function place(input: {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly path: readonly PropertyKey[];
  readonly atKey: boolean;
}): { readonly line: number; readonly column: number } {
  const { document, lines, path } = input;
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = String(path[length - 1]);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
    const start = pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    if (start !== undefined) {
      const { line, col } = lines.linePos(start);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
