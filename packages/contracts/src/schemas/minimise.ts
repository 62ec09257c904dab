import type { Schema, SchemaRef } from '@almanac/domain';
import { canonicalJson, sha256 } from '../canonical.ts';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';
import { componentsOf } from './components.ts';
import { mapRefs, tidySchemas } from './tidy.ts';

/** A graph in which every schema stands once, in the order of hashes that depend on nothing but their meaning. */
export interface NormalGraph {
  readonly schemas: readonly Schema[];
  /** Where a schema of the graph that was given is found. */
  readonly at: (ref: SchemaRef) => SchemaRef;
  readonly hashOf: (ref: SchemaRef) => string;
}

/** What a schema says by itself, and what it leads to; the alternatives of a union have no order. */
interface Node {
  readonly label: string;
  readonly refs: readonly SchemaRef[];
  readonly unordered: boolean;
}

/**
 * Merges equivalent schemas and names each by a hash. Two schemas are equivalent when they say the same and lead to
 * equivalent ones (coarsest stable partition, after Moore 1956); so references and copies, and circles that are unrolled
 * differently, end up as one.
 */
export function minimise(given: readonly Schema[], file: string): NormalGraph {
  let schemas = given;
  let where: readonly SchemaRef[] = given.map((_, ref) => ref);
  for (;;) {
    const tidied = tidySchemas(schemas);
    const nodes = tidied.schemas.map(nodeOf);
    const classes = refine(nodes, file);
    const merged = mergeClasses(tidied.schemas, classes);
    where = where.map((ref) => classes[tidied.moved(ref)] ?? 0);
    const isDone = merged.length === schemas.length;
    schemas = merged;
    // Alternatives that turned out to be one leave a union of one, which is that schema itself.
    if (isDone || !merged.some((schema) => 'anyOf' in schema && schema.anyOf.length === 1)) break;
  }
  return inOrder(schemas, where);
}

function nodeOf(schema: Schema): Node {
  if ('anyOf' in schema) return { label: canonicalJson({ ...schema, anyOf: 0 }), refs: schema.anyOf, unordered: true };
  const refs: SchemaRef[] = [];
  const bare = mapRefs(schema, (ref) => {
    refs.push(ref);
    return 0;
  });
  return { label: canonicalJson(bare), refs, unordered: false };
}

/** The class of each node, numbered from 0. */
function refine(nodes: readonly Node[], file: string): readonly number[] {
  let classes = numbered(nodes.map(({ label }) => label));
  let count = new Set(classes).size;
  for (let steps = nodes.length; ; steps += nodes.length) {
    if (steps > limits.refinements)
      throw new ContractFault({
        file,
        detail: 'its schemas are nested in each other too much to be told apart in bounded time',
      });
    const next = numbered(
      nodes.map(({ refs, unordered }, index) => {
        const parts = refs.map((ref) => classes[ref] ?? -1);
        return `${classes[index]}:${(unordered ? [...new Set(parts)].sort((a, b) => a - b) : parts).join(' ')}`;
      }),
    );
    const found = new Set(next).size;
    classes = next;
    if (found === count) return classes;
    count = found;
  }
}

function numbered(texts: readonly string[]): readonly number[] {
  const numbers = new Map<string, number>();
  return texts.map((text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

function mergeClasses(schemas: readonly Schema[], classes: readonly number[]): Schema[] {
  const merged: Schema[] = [];
  for (const [ref, schema] of schemas.entries()) {
    const place = classes[ref] ?? 0;
    if (merged[place] !== undefined) continue;
    const moved = mapRefs(schema, (each) => classes[each] ?? 0);
    merged[place] = 'anyOf' in moved ? { ...moved, anyOf: [...new Set(moved.anyOf)] } : moved;
  }
  return merged;
}

/**
 * Hashes from the leaves up. What stands in a circle is hashed round by round until all of it differs; then the whole
 * circle, each member by its round's hash, gives the final ones.
 */
function hashesOf(nodes: readonly Node[]): readonly string[] {
  const hashes: string[] = new Array<string>(nodes.length).fill('');
  const textOf = (node: Node, partOf: (ref: SchemaRef) => string): string => {
    const parts = node.refs.map(partOf);
    return `${node.label}\n${(node.unordered ? parts.sort() : parts).join(' ')}`;
  };
  for (const component of componentsOf(nodes.map(({ refs }) => refs))) {
    const inside = new Set(component);
    const leadsBack = component.length > 1 || nodes[component[0] ?? 0]?.refs.some((ref) => inside.has(ref)) === true;
    if (!leadsBack) {
      for (const ref of component) {
        const node = nodes[ref];
        if (node !== undefined) hashes[ref] = sha256(textOf(node, (each) => hashes[each] ?? ''));
      }
      continue;
    }
    let round = new Map(component.map((ref) => [ref, 'circle']));
    for (let distinct = 0; ; ) {
      const last = round;
      round = new Map(
        component.map((ref) => [
          ref,
          sha256(textOf(nodes[ref] as Node, (each) => last.get(each) ?? hashes[each] ?? '')),
        ]),
      );
      const found = new Set(round.values()).size;
      if (found === component.length || found === distinct) break;
      distinct = found;
    }
    const names = round;
    const whole = sha256(
      component
        .map(
          (ref) => `${names.get(ref)}\n${textOf(nodes[ref] as Node, (each) => names.get(each) ?? hashes[each] ?? '')}`,
        )
        .sort()
        .join('\n\n'),
    );
    for (const ref of component) hashes[ref] = sha256(`${whole} ${names.get(ref)}`);
  }
  return hashes;
}

function inOrder(schemas: readonly Schema[], where: readonly SchemaRef[]): NormalGraph {
  const hashes = hashesOf(schemas.map(nodeOf));
  const order = schemas.map((_, ref) => ref).sort((a, b) => ((hashes[a] ?? '') < (hashes[b] ?? '') ? -1 : 1));
  const places = new Map(order.map((ref, index) => [ref, index]));
  const placeOf = (ref: SchemaRef): SchemaRef => places.get(ref) ?? 0;
  const sorted = order.map((ref): Schema => {
    const moved = mapRefs(schemas[ref] ?? {}, placeOf);
    return 'anyOf' in moved ? { ...moved, anyOf: moved.anyOf.toSorted((a, b) => a - b) } : moved;
  });
  return {
    schemas: sorted,
    at: (ref) => placeOf(where[ref] ?? 0),
    hashOf: (ref) => hashes[order[ref] ?? 0] ?? '',
  };
}
