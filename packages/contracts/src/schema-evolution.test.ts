import type { IncompatibilityCode } from '@almanac/domain';
import { describe, expect, test } from 'vitest';
import { anApi, answer, body, compareOnly, type Piece } from './contracts-for-tests.ts';

type Codes = readonly IncompatibilityCode[];

/** A schema before and after, and what is wrong with that in an answer and in a body. */
interface Case {
  readonly before: unknown;
  readonly after: unknown;
  readonly answer: Codes;
  readonly body: Codes;
  readonly components?: Piece;
  readonly version?: '3.0.3';
}

const person = (fields: Piece, more: Piece = {}): Piece => ({ type: 'object', properties: fields, ...more });
const text = { type: 'string' };
const number = { type: 'number' };
const named = person({ name: text }, { required: ['name'] });

const cases: Readonly<Record<string, Case>> = {
  'nothing that changes': { before: named, after: named, answer: [], body: [] },
  'an optional field that is added': {
    before: named,
    after: person({ name: text, age: number }, { required: ['name'] }),
    answer: [],
    body: [],
  },
  'an optional field that is removed': {
    before: person({ name: text, age: number }),
    after: person({ name: text }),
    answer: ['field-removed'],
    body: ['field-removed'],
  },
  'a required field that is added': {
    before: person({ name: text }),
    after: person({ name: text, age: number }, { required: ['age'] }),
    answer: [],
    body: ['field-required'],
  },
  'a required field that is removed': {
    before: person({ name: text, age: number }, { required: ['age'] }),
    after: person({ name: text }),
    answer: ['field-removed'],
    body: ['field-removed'],
  },
  'a field that becomes required': {
    before: person({ name: text }),
    after: named,
    answer: [],
    body: ['field-required'],
  },
  'a field that becomes optional': {
    before: named,
    after: person({ name: text }),
    answer: ['field-optional'],
    body: [],
  },
  'a field that is renamed': {
    before: person({ name: text }),
    after: person({ title: text }),
    answer: ['field-removed'],
    body: ['field-removed'],
  },
  'a type that changes': { before: text, after: number, answer: ['type-widened'], body: ['type-narrowed'] },
  'an integer that becomes a number': {
    before: { type: 'integer' },
    after: number,
    answer: ['type-widened'],
    body: [],
  },
  'a number that becomes an integer': {
    before: number,
    after: { type: 'integer' },
    answer: [],
    body: ['type-narrowed'],
  },
  'a type that is opened': { before: text, after: {}, answer: ['type-widened'], body: [] },
  'a type that is fixed': { before: {}, after: text, answer: [], body: ['type-narrowed'] },
  'one type that becomes two': {
    before: text,
    after: { type: ['string', 'integer'] },
    answer: ['type-widened'],
    body: [],
  },
  'two types that become one': {
    before: { type: ['string', 'integer'] },
    after: text,
    answer: [],
    body: ['type-narrowed'],
  },
  'null that becomes possible': {
    before: text,
    after: { type: ['string', 'null'] },
    answer: ['null-possible'],
    body: [],
  },
  'null that is no longer possible': {
    before: { type: ['string', 'null'] },
    after: text,
    answer: [],
    body: ['null-refused'],
  },
  'nullable of 3.0 that becomes true': {
    version: '3.0.3',
    before: text,
    after: { type: 'string', nullable: true },
    answer: ['null-possible'],
    body: [],
  },
  'nullable of 3.0 that becomes false': {
    version: '3.0.3',
    before: { type: 'string', nullable: true },
    after: { type: 'string', nullable: false },
    answer: [],
    body: ['null-refused'],
  },
  'nullable of 3.0 beside a reference in allOf': {
    version: '3.0.3',
    components: { schemas: { Person: named } },
    before: { allOf: [{ $ref: '#/components/schemas/Person' }] },
    after: { nullable: true, allOf: [{ $ref: '#/components/schemas/Person' }] },
    answer: ['null-possible'],
    body: [],
  },
  'a null among the values of an enum': {
    before: { enum: ['a'] },
    after: { enum: ['a', null] },
    answer: ['null-possible'],
    body: [],
  },
  'a value of an enum that is added': {
    before: { enum: ['a'] },
    after: { enum: ['a', 'b'] },
    answer: ['value-added'],
    body: [],
  },
  'a value of an enum that is removed': {
    before: { enum: ['a', 'b'] },
    after: { enum: ['a'] },
    answer: [],
    body: ['value-removed'],
  },
  'values of an enum in another order': {
    before: { enum: ['a', 'b'] },
    after: { enum: ['b', 'a'] },
    answer: [],
    body: [],
  },
  'an enum that is opened': { before: { type: 'string', enum: ['a'] }, after: text, answer: ['value-added'], body: [] },
  'an enum that is made of a type': {
    before: text,
    after: { type: 'string', enum: ['a'] },
    answer: [],
    body: ['value-removed'],
  },
  'an enum of another type': {
    before: number,
    after: { enum: ['a'] },
    answer: ['value-added'],
    body: ['value-removed'],
  },
  'a constant instead of an enum of one': { before: { const: 'a' }, after: { enum: ['a'] }, answer: [], body: [] },
  'a constant that changes': {
    before: { const: 'a' },
    after: { const: 'b' },
    answer: ['value-added'],
    body: ['value-removed'],
  },
  'both truth values instead of a boolean': {
    before: { type: 'boolean' },
    after: { enum: [true, false] },
    answer: [],
    body: [],
  },
  'a boolean that becomes true only': {
    before: { type: 'boolean' },
    after: { const: true },
    answer: [],
    body: ['value-removed'],
  },
  'values against a pattern': {
    before: { type: 'string', pattern: '^a' },
    after: { const: 'a' },
    answer: ['cannot-tell'],
    body: ['value-removed'],
  },
  'a format that is added': {
    before: text,
    after: { type: 'string', format: 'uuid' },
    answer: [],
    body: ['format-changed'],
  },
  'a format that is removed': {
    before: { type: 'string', format: 'uuid' },
    after: text,
    answer: ['format-changed'],
    body: [],
  },
  'a format that changes': {
    before: { type: 'string', format: 'date' },
    after: { type: 'string', format: 'date-time' },
    answer: ['format-changed'],
    body: ['format-changed'],
  },
  'int32 that becomes int64': {
    before: { type: 'integer', format: 'int32' },
    after: { type: 'integer', format: 'int64' },
    answer: ['format-changed'],
    body: [],
  },
  'a double that becomes a float': {
    before: { type: 'number', format: 'double' },
    after: { type: 'number', format: 'float' },
    answer: [],
    body: ['format-changed'],
  },
  'a pattern that is added': {
    before: text,
    after: { type: 'string', pattern: '^a' },
    answer: [],
    body: ['pattern-changed'],
  },
  'a pattern that is removed': {
    before: { type: 'string', pattern: '^a' },
    after: text,
    answer: ['pattern-changed'],
    body: [],
  },
  'a pattern that changes': {
    before: { type: 'string', pattern: '^a' },
    after: { type: 'string', pattern: '^b' },
    answer: ['cannot-tell'],
    body: ['cannot-tell'],
  },
  'a minimum that rises': {
    before: { type: 'number', minimum: 1 },
    after: { type: 'number', minimum: 2 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'a minimum that falls': {
    before: { type: 'number', minimum: 2 },
    after: { type: 'number', minimum: 1 },
    answer: ['bound-widened'],
    body: [],
  },
  'a minimum that becomes exclusive': {
    before: { type: 'number', minimum: 1 },
    after: { type: 'number', exclusiveMinimum: 1 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'an exclusive minimum of an integer, said otherwise': {
    before: { type: 'integer', exclusiveMinimum: 0 },
    after: { type: 'integer', minimum: 1 },
    answer: [],
    body: [],
  },
  'an exclusive minimum as 3.0 writes it': {
    version: '3.0.3',
    before: { type: 'number', minimum: 1, exclusiveMinimum: true },
    after: { type: 'number', minimum: 1 },
    answer: ['bound-widened'],
    body: [],
  },
  'a maximum that falls': {
    before: { type: 'number', maximum: 2 },
    after: { type: 'number', maximum: 1 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'a maximum that is removed': {
    before: { type: 'number', maximum: 2 },
    after: number,
    answer: ['bound-widened'],
    body: [],
  },
  'a step that becomes finer': {
    before: { type: 'number', multipleOf: 10 },
    after: { type: 'number', multipleOf: 5 },
    answer: ['bound-widened'],
    body: [],
  },
  'a step that becomes coarser': {
    before: { type: 'number', multipleOf: 5 },
    after: { type: 'number', multipleOf: 10 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'a longest text that grows': {
    before: { type: 'string', maxLength: 1 },
    after: { type: 'string', maxLength: 2 },
    answer: ['bound-widened'],
    body: [],
  },
  'a shortest text that grows': {
    before: { type: 'string', minLength: 1 },
    after: { type: 'string', minLength: 2 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'a shortest text of 0, which says nothing': {
    before: text,
    after: { type: 'string', minLength: 0 },
    answer: [],
    body: [],
  },
  'items that change': {
    before: { type: 'array', items: text },
    after: { type: 'array', items: number },
    answer: ['type-widened'],
    body: ['type-narrowed'],
  },
  'items that are opened': {
    before: { type: 'array', items: text },
    after: { type: 'array' },
    answer: ['items-changed'],
    body: [],
  },
  'items that are fixed': {
    before: { type: 'array' },
    after: { type: 'array', items: text },
    answer: [],
    body: ['items-changed'],
  },
  'a field of an item that is added': {
    before: { type: 'array', items: named },
    after: { type: 'array', items: person({ name: text, age: number }, { required: ['name'] }) },
    answer: [],
    body: [],
  },
  'most items that grow': {
    before: { type: 'array', items: text, maxItems: 1 },
    after: { type: 'array', items: text, maxItems: 2 },
    answer: ['bound-widened'],
    body: [],
  },
  'fewest items that grow': {
    before: { type: 'array', items: text },
    after: { type: 'array', items: text, minItems: 1 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'items that must differ': {
    before: { type: 'array', items: text },
    after: { type: 'array', items: text, uniqueItems: true },
    answer: [],
    body: ['bound-narrowed'],
  },
  'items that need not differ any more': {
    before: { type: 'array', items: text, uniqueItems: true },
    after: { type: 'array', items: text },
    answer: ['bound-widened'],
    body: [],
  },
  'a tuple whose second item changes': {
    before: { type: 'array', prefixItems: [text, text] },
    after: { type: 'array', prefixItems: [text, number] },
    answer: ['type-widened'],
    body: ['type-narrowed'],
  },
  'most fields that fall': {
    before: { type: 'object', maxProperties: 3 },
    after: { type: 'object', maxProperties: 2 },
    answer: [],
    body: ['bound-narrowed'],
  },
  'fewest fields that are dropped': {
    before: { type: 'object', minProperties: 1 },
    after: { type: 'object' },
    answer: ['bound-widened'],
    body: [],
  },
  'other fields that are forbidden': {
    before: named,
    after: { ...named, additionalProperties: false },
    answer: [],
    body: ['other-fields-refused'],
  },
  'other fields that are allowed': {
    before: { ...named, additionalProperties: false },
    after: named,
    answer: [],
    body: [],
  },
  'a field added to a closed object': {
    before: { ...named, additionalProperties: false },
    after: person({ name: text, age: number }, { required: ['name'], additionalProperties: false }),
    answer: [],
    body: [],
  },
  'a field removed from a closed object': {
    before: person({ a: text, b: text }, { additionalProperties: false }),
    after: person({ a: text }, { additionalProperties: false }),
    answer: ['field-removed'],
    body: ['field-removed'],
  },
  'a map whose values change': {
    before: { type: 'object', additionalProperties: number },
    after: { type: 'object', additionalProperties: text },
    answer: ['type-widened'],
    body: ['type-narrowed'],
  },
  'a map that is opened': {
    before: { type: 'object', additionalProperties: number },
    after: { type: 'object' },
    answer: ['other-fields-widened'],
    body: [],
  },
  'an object that becomes a map': {
    before: { type: 'object' },
    after: { type: 'object', additionalProperties: number },
    answer: [],
    body: ['other-fields-refused'],
  },
  'a named field in a map of other values': {
    before: { type: 'object', additionalProperties: number },
    after: person({ name: text }, { additionalProperties: number }),
    answer: ['type-widened'],
    body: ['type-narrowed'],
  },
  'an alternative that is added': {
    before: { anyOf: [text, number] },
    after: { anyOf: [text, number, named] },
    answer: ['union-widened'],
    body: [],
  },
  'an alternative that is removed': {
    before: { anyOf: [text, number, named] },
    after: { anyOf: [text, number] },
    answer: [],
    body: ['union-narrowed'],
  },
  'alternatives in another order': {
    before: { oneOf: [text, named] },
    after: { oneOf: [named, text] },
    answer: [],
    body: [],
  },
  'an alternative of oneOf that is added': {
    before: { oneOf: [text, number] },
    after: { oneOf: [text, number, { type: 'boolean' }] },
    answer: ['union-widened'],
    body: [],
  },
  'a schema that becomes one of two': {
    before: text,
    after: { oneOf: [text, number] },
    answer: ['type-widened'],
    body: [],
  },
  'one of two that becomes the only one': {
    before: { oneOf: [text, number] },
    after: text,
    answer: [],
    body: ['type-narrowed'],
  },
  'an alternative that changes inside': {
    before: { oneOf: [text, named] },
    after: { oneOf: [text, person({ name: number }, { required: ['name'] })] },
    answer: ['type-widened'],
    body: ['type-narrowed'],
  },
  'anyOf that becomes oneOf of what overlaps': {
    before: { anyOf: [named, person({ age: number })] },
    after: { oneOf: [named, person({ age: number })] },
    answer: [],
    body: ['cannot-tell'],
  },
  'null as an alternative instead of a type': {
    before: { type: ['string', 'null'] },
    after: { anyOf: [text, { type: 'null' }] },
    answer: [],
    body: [],
  },
  'a discriminator with a further value': {
    before: {
      oneOf: [person({ kind: { const: 'a' } }), person({ kind: { const: 'b' } })],
      discriminator: { propertyName: 'kind', mapping: { a: 'x', b: 'y' } },
    },
    after: {
      oneOf: [person({ kind: { const: 'a' } }), person({ kind: { const: 'b' } })],
      discriminator: { propertyName: 'kind', mapping: { a: 'x', b: 'y', c: 'y' } },
    },
    answer: ['union-widened'],
    body: [],
  },
  'a discriminator by another field': {
    before: { oneOf: [named, person({ age: number })], discriminator: { propertyName: 'kind', mapping: {} } },
    after: { oneOf: [named, person({ age: number })], discriminator: { propertyName: 'type', mapping: {} } },
    answer: ['discriminator-changed'],
    body: ['discriminator-changed'],
  },
  'allOf instead of one object': {
    before: person({ a: text, b: number }, { required: ['a'] }),
    after: { allOf: [person({ a: text }, { required: ['a'] }), person({ b: number })] },
    answer: [],
    body: [],
  },
  'a part of allOf that requires more': {
    before: { allOf: [named] },
    after: { allOf: [named, person({ age: number }, { required: ['age'] })] },
    answer: [],
    body: ['field-required'],
  },
  'a part of allOf that is dropped': {
    before: { allOf: [named, person({ age: number })] },
    after: { allOf: [named] },
    answer: ['field-removed'],
    body: ['field-removed'],
  },
  'a reference instead of what it leads to': {
    components: { schemas: { Person: named } },
    before: { $ref: '#/components/schemas/Person' },
    after: named,
    answer: [],
    body: [],
  },
  'a condition that is added': {
    before: named,
    after: { ...named, if: { properties: { name: { const: 'x' } } }, else: { required: ['age'] } },
    answer: [],
    body: ['cannot-tell'],
  },
  'a condition that is dropped': {
    before: { ...named, not: { required: ['age'] } },
    after: named,
    answer: ['cannot-tell'],
    body: [],
  },
  'a rule for names that changes': {
    before: { type: 'object', propertyNames: { pattern: '^a' } },
    after: { type: 'object', propertyNames: { pattern: '^b' } },
    answer: ['cannot-tell'],
    body: ['cannot-tell'],
  },
  'a field that becomes read-only': {
    before: person({ id: text }),
    after: person({ id: { type: 'string', readOnly: true } }),
    answer: [],
    body: ['field-removed'],
  },
  'a read-only field that becomes required': {
    before: person({ id: { type: 'string', readOnly: true } }),
    after: person({ id: { type: 'string', readOnly: true } }, { required: ['id'] }),
    answer: [],
    body: [],
  },
  'a write-only field that is removed': {
    before: person({ a: text, secret: { type: 'string', writeOnly: true } }),
    after: person({ a: text }),
    answer: [],
    body: ['field-removed'],
  },
  'a description, an example and a default': {
    before: text,
    after: { type: 'string', description: 'a', example: 'b', default: 'c', title: 'd', deprecated: true, 'x-e': 1 },
    answer: [],
    body: [],
  },
  'nothing that is allowed any more': { before: text, after: false, answer: [], body: ['type-narrowed'] },
  'an encoding of content': {
    before: text,
    after: { type: 'string', contentEncoding: 'base64' },
    answer: [],
    body: ['cannot-tell'],
  },
};

const codesOf = (before: Piece, after: Piece, { components, version }: Case): readonly string[] => {
  const common = { ...(components === undefined ? {} : { components }), ...(version === undefined ? {} : { version }) };
  const reasons = compareOnly(anApi({ operation: before, ...common }), anApi({ operation: after, ...common }));
  return [...new Set(reasons.map((each) => each.code))];
};

describe.each(Object.entries(cases))('%s', (_name, given) => {
  test(`in an answer is ${given.answer.length === 0 ? 'compatible' : given.answer.join(' and ')}`, () => {
    expect(codesOf(answer(given.before), answer(given.after), given)).toEqual(given.answer);
  });

  test(`in a body is ${given.body.length === 0 ? 'compatible' : given.body.join(' and ')}`, () => {
    expect(codesOf(body(given.before), body(given.after), given)).toEqual(given.body);
  });
});
