import {
  atLeast,
  atMost,
  type Comparison,
  differs,
  type Goal,
  nothing,
  type PlainPair,
  type PlainResult,
} from './comparison.ts';
import type { PlainSchema, Schema, SchemaRef } from './element.ts';
import type { Incompatibility } from './incompatibility.ts';

/** The fields of one side that count in a direction. */
interface Fields {
  readonly named: ReadonlyMap<string, SchemaRef>;
  readonly required: ReadonlySet<string>;
  /** `open`: any other field may be there. `closed`: none. */
  readonly others: SchemaRef | 'open' | 'closed';
}

/**
 * Compares objects field by field. Whoever reads an answer ignores fields that it does not know, closed or not; whoever
 * reads a request may refuse them. A field that one side names and the other does not know any more is a break in both
 * directions: its meaning is gone, even where its value would be let through.
 */
export function compareFields(comparison: Comparison, { written, read }: PlainPair): PlainResult {
  if (written.type !== undefined && written.type !== 'object') return nothing;
  const from = fieldsOf(comparison, { schemas: comparison.written.schemas, schema: written });
  const to = fieldsOf(comparison, { schemas: comparison.read.schemas, schema: read });
  const result = comparison.direction === 'output' ? compareAnswer(from, to) : compareRequest(from, to);
  const { direction } = comparison;
  const sizes = [
    ...atLeast(direction, 'number of fields', { written: written.minFields, read: read.minFields }),
    ...atMost(direction, 'number of fields', { written: written.maxFields, read: read.maxFields }),
  ];
  return { reasons: [...result.reasons, ...sizes], goals: result.goals };
}

/** The provider writes, the consumer reads. */
function compareAnswer(from: Fields, to: Fields): PlainResult {
  const reasons: Incompatibility[] = [];
  const goals: Goal[] = [];
  for (const [name, ref] of to.named) {
    const place = placeOf(name);
    const now = from.named.get(name) ?? (typeof from.others === 'number' ? from.others : undefined);
    if (now === undefined) {
      reasons.push({ code: 'field-removed', place, detail: `the field ${name} is not there any more` });
      continue;
    }
    goals.push({ written: now, read: ref, place });
    if (to.required.has(name) && !from.required.has(name))
      reasons.push({ code: 'field-optional', place, detail: `the field ${name} may be absent now` });
  }
  for (const name of to.required)
    if (!to.named.has(name) && !from.required.has(name))
      reasons.push({ code: 'field-optional', place: placeOf(name), detail: `the field ${name} may be absent now` });
  if (typeof to.others !== 'number') return { reasons, goals };
  for (const [name, ref] of from.named)
    if (!to.named.has(name)) goals.push({ written: ref, read: to.others, place: placeOf(name) });
  if (typeof from.others === 'number') goals.push({ written: from.others, read: to.others, place: '/*' });
  else if (from.others === 'open')
    reasons.push({
      code: 'other-fields-widened',
      place: '/*',
      detail: 'fields that are not named may be anything now',
    });
  return { reasons, goals };
}

/** The consumer writes, the provider reads. */
function compareRequest(from: Fields, to: Fields): PlainResult {
  const reasons: Incompatibility[] = [];
  const goals: Goal[] = [];
  for (const [name, ref] of to.named) {
    const then = from.named.get(name) ?? (typeof from.others === 'number' ? from.others : undefined);
    if (then !== undefined) goals.push({ written: then, read: ref, place: placeOf(name) });
  }
  for (const name of to.required)
    if (!from.required.has(name))
      reasons.push({ code: 'field-required', place: placeOf(name), detail: `the field ${name} is required now` });
  for (const [name, ref] of from.named) {
    if (to.named.has(name)) continue;
    if (typeof to.others === 'number') goals.push({ written: ref, read: to.others, place: placeOf(name) });
    else
      reasons.push({
        code: 'field-removed',
        place: placeOf(name),
        detail: `the field ${name} is ${to.others === 'closed' ? 'refused' : 'not known any more'}`,
      });
  }
  if (to.others === 'open' || from.others === 'closed') return { reasons, goals };
  if (to.others === 'closed' || from.others === 'open')
    reasons.push(
      differs(
        'input',
        ['other-fields-refused', 'other-fields-refused'],
        'fields that are not named are no longer free',
      ),
    );
  else goals.push({ written: from.others, read: to.others, place: '/*' });
  return { reasons, goals };
}

function fieldsOf(
  comparison: Comparison,
  { schemas, schema }: { readonly schemas: readonly Schema[]; readonly schema: PlainSchema },
): Fields {
  const all = schema.fields ?? [];
  const hidden = new Set(all.filter(([, ref]) => isHidden(comparison, { schemas, ref })).map(([name]) => name));
  const others = schema.otherFields;
  const rest = others === undefined ? undefined : schemas[others];
  const isClosed = rest !== undefined && !('anyOf' in rest) && rest.never === true;
  return {
    named: new Map(all.filter(([name]) => !hidden.has(name))),
    required: new Set((schema.required ?? []).filter((name) => !hidden.has(name))),
    others: others === undefined ? 'open' : isClosed ? 'closed' : others,
  };
}

/** A step of a place: as in a JSON Pointer (RFC 6901). */
function placeOf(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Whether a field is left out of what goes in a direction: what is read-only is not sent, what is write-only not answered. */
function isHidden(
  comparison: Pick<Comparison, 'direction'>,
  side: { readonly schemas: readonly Schema[]; readonly ref: SchemaRef },
): boolean {
  const schema = side.schemas[side.ref];
  if (schema === undefined) return false;
  const parts = 'anyOf' in schema ? schema.anyOf.map((each) => side.schemas[each]) : [schema];
  const flag = comparison.direction === 'input' ? 'readOnly' : 'writeOnly';
  return parts.length > 0 && parts.every((each) => each !== undefined && !('anyOf' in each) && each[flag] === true);
}
