import type { Schema, SchemaRef, SchemaTable } from '@almanac/domain';
import { canonicalJson, sha256 } from '../canonical.ts';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';
import { componentsOf } from './components.ts';
import { mapRefs, tidySchemas } from './tidy.ts';

/** A graph in which every schema stands once, in the order of hashes that depend on nothing but their meaning. */
export interface NormalGraph extends SchemaTable {
  /** Where a root of the graph that was given is found. */
  readonly at: (ref: SchemaRef) => SchemaRef;
}

/** What a schema says by itself, and what it leads to in groups that have no order among each other. */
interface Node {
  readonly label: string;
  readonly groups: readonly { readonly label: string; readonly refs: readonly SchemaRef[] }[];
}

/**
 * Merges equivalent schemas and names each by a hash. Two schemas are equivalent when they say the same and lead to
 * equivalent ones (coarsest stable partition, after Moore 1956); so references and copies, and circles that are unrolled
 * differently, end up as one.
 */
export function minimise(
  given: readonly Schema[],
  { file, roots }: { readonly file: string; readonly roots: readonly SchemaRef[] },
): NormalGraph {
  // Merged before the first tidying, which has to see what is one and the same.
  const first = refine(given.map(nodeOf), file);
  let schemas: readonly Schema[] = mergeClasses(given, first);
  let where = first;
  for (let count = -1; count !== schemas.length; ) {
    count = schemas.length;
    // What was merged may have been two alternatives: tidied again, they are one, or exclude each other after all.
    const tidied = tidySchemas(schemas);
    const classes = refine(tidied.schemas.map(nodeOf), file);
    schemas = mergeClasses(tidied.schemas, classes);
    where = where.map((ref) => classes[tidied.moved(ref)] ?? 0);
  }
  return inOrder(schemas, { where, roots });
}

function nodeOf(schema: Schema): Node {
  if ('anyOf' in schema) {
    const { anyOf, ...label } = schema;
    return { label: canonicalJson({ union: label }), groups: anyOf.map((ref) => ({ label: 'or', refs: [ref] })) };
  }
  const { also = [], opaque = [], ...parts } = schema;
  const refs: SchemaRef[] = [];
  const bare = mapRefs(parts, (ref) => {
    refs.push(ref);
    return 0;
  });
  return {
    label: canonicalJson(bare),
    groups: [
      { label: 'parts', refs },
      ...also.map((ref) => ({ label: 'and', refs: [ref] })),
      ...opaque.map(({ keyword, detail, schemas }) => ({
        label: `${keyword} ${canonicalJson(detail)}`,
        refs: schemas,
      })),
    ],
  };
}

/** A node with names in the place of references: equal for equal nodes. */
function textOf({ label, groups }: Node, nameOf: (ref: SchemaRef) => string | number): string {
  const texts = groups.map((group) => `${group.label} ${group.refs.map(nameOf).join(' ')}`);
  return `${label}\n${[...new Set(texts)].sort().join('\n')}`;
}

/** The class of each node, numbered from 0. */
function refine(nodes: readonly Node[], file: string): readonly number[] {
  // The first classes tell labels apart, so that later rounds need numbers only.
  let classes = numbered(
    nodes.map(({ label, groups }) => `${label}\n${[...new Set(groups.map((each) => each.label))].sort().join('\n')}`),
  );
  const labels = numbered(nodes.flatMap(({ groups }) => groups.map(({ label }) => label)));
  let at = 0;
  const links = nodes.map(({ groups }) => groups.map(({ refs }) => ({ label: labels[at++] ?? 0, refs })));
  let count = new Set(classes).size;
  for (let steps = nodes.length; ; steps += nodes.length) {
    if (steps > limits.refinements)
      throw new ContractFault({
        file,
        detail: 'its schemas are nested in each other too much to be told apart in bounded time',
      });
    const last = classes;
    classes = numbered(links.map((groups, node) => linkText(groups, { node, classes: last })));
    const found = new Set(classes).size;
    if (found === count) return classes;
    count = found;
  }
}

function linkText(
  groups: readonly { readonly label: number; readonly refs: readonly SchemaRef[] }[],
  { node, classes }: { readonly node: SchemaRef; readonly classes: readonly number[] },
): string {
  const [only] = groups;
  if (only !== undefined && groups.length === 1) {
    let text = `${classes[node]}`;
    for (const ref of only.refs) text += ` ${classes[ref]}`;
    return text;
  }
  const texts = groups.map(({ label, refs }) => `${label} ${refs.map((ref) => classes[ref]).join(' ')}`);
  return `${classes[node]};${[...new Set(texts)].sort().join(';')}`;
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
    merged[place] = withoutOrder(mapRefs(schema, (each) => classes[each] ?? 0));
  }
  return merged;
}

/**
 * Hashes from the leaves up. What stands in a circle is hashed round by round until all of it differs; then the whole
 * circle, each member by its round's hash, gives the final ones.
 */
function hashesOf(nodes: readonly Node[]): readonly string[] {
  const hashes: string[] = new Array<string>(nodes.length).fill('');
  const edges = nodes.map(({ groups }) => groups.flatMap(({ refs }) => refs));
  for (const component of componentsOf(edges)) {
    const inside = new Set(component);
    const leadsBack = component.length > 1 || edges[component[0] ?? 0]?.some((ref) => inside.has(ref)) === true;
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

/** Schemas to which the roots lead, in the order of their hashes. */
function inOrder(
  schemas: readonly Schema[],
  { where, roots }: { readonly where: readonly SchemaRef[]; readonly roots: readonly SchemaRef[] },
): NormalGraph {
  const nodes = schemas.map(nodeOf);
  const hashes = hashesOf(nodes);
  const reached = new Set(roots.map((ref) => where[ref] ?? 0));
  for (const ref of reached)
    for (const { refs } of nodes[ref]?.groups ?? []) for (const each of refs) reached.add(each);
  const order = [...reached].sort((a, b) => ((hashes[a] ?? '') < (hashes[b] ?? '') ? -1 : 1));
  const places = new Map(order.map((ref, index) => [ref, index]));
  const placeOf = (ref: SchemaRef): SchemaRef => places.get(ref) ?? 0;
  const sorted = order.map((ref) => withoutOrder(mapRefs(schemas[ref] ?? {}, placeOf)));
  return {
    schemas: sorted,
    hashes: order.map((ref) => hashes[ref] ?? ''),
    at: (ref) => placeOf(where[ref] ?? 0),
  };
}

/** What has no order, in one order and once. */
function withoutOrder(schema: Schema): Schema {
  if ('anyOf' in schema) return { ...schema, anyOf: sortedOnce(schema.anyOf) };
  const { also, opaque } = schema;
  return {
    ...schema,
    ...(also === undefined ? {} : { also: sortedOnce(also) }),
    ...(opaque === undefined
      ? {}
      : {
          opaque: [...new Map(opaque.map((rule) => [canonicalJson(rule), rule]))]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, rule]) => rule),
        }),
  };
}

function sortedOnce(refs: readonly SchemaRef[]): readonly SchemaRef[] {
  return [...new Set(refs)].sort((a, b) => a - b);
}
