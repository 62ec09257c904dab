import type { IncompatibilityCode } from '@almanac/domain';
import { expect, test } from 'vitest';
import { anApi, compareOnly, json, type Piece } from './contracts-for-tests.ts';

/** An operation before and after, and what is wrong with that. */
interface Case {
  readonly before: Piece;
  readonly after: Piece;
  readonly codes: readonly IncompatibilityCode[];
}

const text = { type: 'string' };
const number = { type: 'number' };
const parameter = (name: string, more: Piece = {}): Piece => ({ name, in: 'query', schema: text, ...more });
const parameters = (...list: readonly Piece[]): Piece => ({ parameters: list });
const responses = (given: Piece): Piece => ({ responses: given });
const takes = (content: Piece, required = true): Piece => ({ requestBody: { required, content } });
const ok = { 200: { content: json(text) } };
const header = (more: Piece): Piece => responses({ 200: { headers: { 'X-Total': { schema: number, ...more } } } });
const calls = (operation: Piece): Piece => ({ callbacks: { done: { '{$request.body#/url}': { post: operation } } } });
const lets = (...security: readonly Piece[]): Piece => ({ security });

const schemes = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  otherKey: { type: 'apiKey', in: 'header', name: 'X-Key', description: 'the same by another name' },
  basic: { type: 'http', scheme: 'basic' },
  login: { type: 'oauth2', flows: {} },
};

const cases: Readonly<Record<string, Case>> = {
  'a parameter that is added and optional': { before: {}, after: parameters(parameter('page')), codes: [] },
  'a parameter that is added and required': {
    before: {},
    after: parameters(parameter('page', { required: true })),
    codes: ['parameter-required'],
  },
  'a parameter that is removed': { before: parameters(parameter('page')), after: {}, codes: ['parameter-removed'] },
  'a parameter that becomes required': {
    before: parameters(parameter('page')),
    after: parameters(parameter('page', { required: true })),
    codes: ['parameter-required'],
  },
  'a parameter that becomes optional': {
    before: parameters(parameter('page', { required: true })),
    after: parameters(parameter('page')),
    codes: [],
  },
  'a parameter of another type': {
    before: parameters(parameter('page')),
    after: parameters(parameter('page', { schema: number })),
    codes: ['type-narrowed'],
  },
  'a parameter that takes more values': {
    before: parameters(parameter('sort', { schema: { enum: ['a'] } })),
    after: parameters(parameter('sort', { schema: { enum: ['a', 'b'] } })),
    codes: [],
  },
  'a parameter that takes fewer values': {
    before: parameters(parameter('sort', { schema: { enum: ['a', 'b'] } })),
    after: parameters(parameter('sort', { schema: { enum: ['a'] } })),
    codes: ['value-removed'],
  },
  'a parameter that moves to a header': {
    before: parameters(parameter('page')),
    after: parameters(parameter('page', { in: 'header' })),
    codes: ['parameter-removed'],
  },
  'a parameter of another style': {
    before: parameters(parameter('tags')),
    after: parameters(parameter('tags', { explode: false })),
    codes: ['parameter-style-changed'],
  },
  'a parameter whose style is spelled out': {
    before: parameters(parameter('tags')),
    after: parameters(parameter('tags', { style: 'form', explode: true })),
    codes: [],
  },
  'a parameter as JSON': {
    before: parameters(parameter('filter')),
    after: parameters({ name: 'filter', in: 'query', content: json(text) }),
    codes: ['parameter-style-changed'],
  },
  'a header as parameter in other letters': {
    before: parameters(parameter('X-Tenant', { in: 'header' })),
    after: parameters(parameter('x-tenant', { in: 'header' })),
    codes: [],
  },
  'a header that OpenAPI describes elsewhere': {
    before: {},
    after: parameters(parameter('Authorization', { in: 'header', required: true })),
    codes: [],
  },
  'a parameter of the path of another type': {
    before: parameters({ name: 'id', in: 'path', required: true, schema: text }),
    after: parameters({ name: 'id', in: 'path', required: true, schema: number }),
    codes: ['type-narrowed'],
  },
  'a body that is added and optional': { before: {}, after: takes(json(text), false), codes: [] },
  'a body that is added and required': { before: {}, after: takes(json(text)), codes: ['body-required'] },
  'a body that is removed': { before: takes(json(text)), after: {}, codes: ['body-removed'] },
  'a body that becomes required': {
    before: takes(json(text), false),
    after: takes(json(text)),
    codes: ['body-required'],
  },
  'a body that becomes optional': { before: takes(json(text)), after: takes(json(text), false), codes: [] },
  'a media type of a body that is added': {
    before: takes(json(text)),
    after: takes({ ...json(text), 'text/plain': {} }),
    codes: [],
  },
  'a media type of a body that is removed': {
    before: takes({ ...json(text), 'text/plain': {} }),
    after: takes(json(text)),
    codes: ['media-type-removed'],
  },
  'a media type of a body within a range': {
    before: takes({ 'text/plain': { schema: text } }),
    after: takes({ 'text/*': { schema: text } }),
    codes: [],
  },
  'a media type with its character set': {
    before: takes(json(text)),
    after: takes({ 'application/json; charset=utf-8': { schema: text } }),
    codes: [],
  },
  'another encoding of a form': {
    before: takes({ 'multipart/form-data': { schema: text } }),
    after: takes({ 'multipart/form-data': { schema: text, encoding: { a: { contentType: 'text/csv' } } } }),
    codes: ['encoding-changed'],
  },
  'a success that is added': { before: responses(ok), after: responses({ ...ok, 202: {} }), codes: ['status-added'] },
  'a success that is removed': {
    before: responses({ ...ok, 202: {} }),
    after: responses(ok),
    codes: ['status-removed'],
  },
  'a success under another number': {
    before: responses({ 200: {} }),
    after: responses({ 201: {} }),
    codes: ['status-added', 'status-removed'],
  },
  'a redirection that is added': {
    before: responses(ok),
    after: responses({ ...ok, 302: {} }),
    codes: ['status-added'],
  },
  'a failure that is added': {
    before: responses(ok),
    after: responses({ ...ok, 404: { content: json(text) } }),
    codes: [],
  },
  'a failure that is removed': { before: responses({ ...ok, 404: {} }), after: responses(ok), codes: [] },
  'a failure that says something else': {
    before: responses({ ...ok, 404: { content: json(text) } }),
    after: responses({ ...ok, 404: { content: json(number) } }),
    codes: ['type-widened'],
  },
  'a failure within a range that says something else': {
    before: responses({ ...ok, '4XX': { content: json(text) } }),
    after: responses({ ...ok, 404: { content: json(number) } }),
    codes: ['type-widened'],
  },
  'a success within the default': {
    before: responses({ default: { content: json(text) } }),
    after: responses({ 200: { content: json(text) } }),
    codes: [],
  },
  'a success that becomes the default': {
    before: responses(ok),
    after: responses({ default: { content: json(text) } }),
    codes: [],
  },
  'a success that becomes another default': {
    before: responses(ok),
    after: responses({ default: { content: json(number) } }),
    codes: ['type-widened'],
  },
  'a range of successes instead of one': {
    before: responses({ 200: {} }),
    after: responses({ '2XX': {} }),
    codes: ['status-added'],
  },
  'one success of a range': {
    before: responses({ '2XX': { content: json(text) } }),
    after: responses({ 200: { content: json(text) } }),
    codes: [],
  },
  'content of an answer that is dropped': {
    before: responses(ok),
    after: responses({ 200: {} }),
    codes: ['content-removed'],
  },
  'content of an answer that is added': { before: responses({ 200: {} }), after: responses(ok), codes: [] },
  'a media type of an answer that is added': {
    before: responses(ok),
    after: responses({ 200: { content: { ...json(text), 'text/csv': {} } } }),
    codes: [],
  },
  'a media type of an answer that is removed': {
    before: responses({ 200: { content: { ...json(text), 'text/csv': {} } } }),
    after: responses(ok),
    codes: ['media-type-removed'],
  },
  'any media type instead of one': {
    before: responses({ 200: { content: { 'text/plain': {} } } }),
    after: responses({ 200: { content: { '*/*': {} } } }),
    codes: ['media-type-added'],
  },
  'a header of an answer that is added': { before: responses({ 200: {} }), after: header({}), codes: [] },
  'a header of an answer that is removed': {
    before: header({}),
    after: responses({ 200: {} }),
    codes: ['header-removed'],
  },
  'a header of an answer that becomes optional': {
    before: header({ required: true }),
    after: header({}),
    codes: ['header-optional'],
  },
  'a header of an answer that becomes certain': { before: header({}), after: header({ required: true }), codes: [] },
  'a header of an answer of another type': {
    before: header({}),
    after: header({ schema: text }),
    codes: ['type-widened'],
  },
  'a proof that is asked for': { before: {}, after: lets({ key: [] }), codes: ['security-tightened'] },
  'a proof that is no longer asked for': { before: lets({ key: [] }), after: {}, codes: [] },
  'a proof that becomes optional': { before: lets({ key: [] }), after: lets({}, { key: [] }), codes: [] },
  'another way to be let in': { before: lets({ key: [] }), after: lets({ key: [] }, { basic: [] }), codes: [] },
  'a way to be let in that is closed': {
    before: lets({ key: [] }, { basic: [] }),
    after: lets({ key: [] }),
    codes: ['security-tightened'],
  },
  'two proofs instead of one': {
    before: lets({ key: [] }),
    after: lets({ key: [], basic: [] }),
    codes: ['security-tightened'],
  },
  'one proof instead of two': { before: lets({ key: [], basic: [] }), after: lets({ key: [] }), codes: [] },
  'a scope that is added': {
    before: lets({ login: ['read'] }),
    after: lets({ login: ['read', 'write'] }),
    codes: ['security-tightened'],
  },
  'a scope that is dropped': {
    before: lets({ login: ['read', 'write'] }),
    after: lets({ login: ['read'] }),
    codes: [],
  },
  'a scheme by another name': { before: lets({ key: [] }), after: lets({ otherKey: [] }), codes: [] },
  'a callback that is added': { before: {}, after: calls({ ...takes(json(text)), responses: ok }), codes: [] },
  'a callback that is removed': { before: calls({ responses: ok }), after: {}, codes: ['callback-removed'] },
  'a callback that brings a further field': {
    before: calls(takes(json({ type: 'object', properties: { a: text } }))),
    after: calls(takes(json({ type: 'object', properties: { a: text, b: text } }))),
    codes: [],
  },
  'a callback that brings another type': {
    before: calls(takes(json(text))),
    after: calls(takes(json(number))),
    codes: ['type-widened'],
  },
  'a deprecation': {
    before: {},
    after: {
      deprecated: true,
      summary: 'a',
      description: 'b',
      operationId: 'c',
      tags: ['d'],
      externalDocs: { url: 'e' },
    },
    codes: [],
  },
};

test.each(Object.entries(cases))('%s', (_name, { before, after, codes }) => {
  const components = { securitySchemes: schemes };
  const reasons = compareOnly(anApi({ operation: before, components }), anApi({ operation: after, components }));

  expect([...new Set(reasons.map((each) => each.code))]).toEqual(codes);
});

test('a reason names the place inside the operation, and says what changed', () => {
  const items = (price: Piece) => ({ type: 'array', items: { type: 'object', properties: { price } } });
  const before = anApi({ operation: responses({ 200: { content: json(items(number)) } }) });
  const after = anApi({ operation: responses({ 200: { content: json(items(text)) } }) });

  expect(compareOnly(before, after)).toEqual([
    { code: 'type-widened', place: 'response 200 application/json /[]/price', detail: 'it was number and is string' },
  ]);
});

test('names of parameters in a path do not matter, their positions do', () => {
  const one = anApi({
    paths: {
      '/a/{x}/{y}': {
        get: {
          parameters: [
            { name: 'x', in: 'path', schema: text },
            { name: 'y', in: 'path', schema: number },
          ],
        },
      },
    },
  });
  const same = anApi({
    paths: {
      '/a/{first}/{second}': {
        get: {
          parameters: [
            { name: 'second', in: 'path', schema: number },
            { name: 'first', in: 'path', schema: text },
          ],
        },
      },
    },
  });
  const other = anApi({
    paths: {
      '/a/{y}/{x}': {
        get: {
          parameters: [
            { name: 'x', in: 'path', schema: text },
            { name: 'y', in: 'path', schema: number },
          ],
        },
      },
    },
  });

  expect(same.elements[0]).toMatchObject({ key: 'GET /a/{}/{}', fingerprint: one.elements[0]?.fingerprint });
  expect(other.elements[0]?.fingerprint).not.toBe(one.elements[0]?.fingerprint);
});

test('a webhook is what the provider writes and the consumer reads', () => {
  const hook = (fields: Piece) =>
    anApi({
      paths: {},
      webhooks: { sold: { post: takes(json({ type: 'object', properties: fields, required: Object.keys(fields) })) } },
    });

  expect(hook({ a: text }).elements[0]?.key).toBe('webhook sold POST');
  expect(compareOnly(hook({ a: text, b: text }), hook({ a: text })).map((each) => each.code)).toEqual([
    'field-removed',
  ]);
  expect(compareOnly(hook({ a: text }), hook({ a: text, b: text }))).toEqual([]);
});

test('elements of different kinds are never compatible', () => {
  const event = anApi({ paths: {}, webhooks: { sold: { post: {} } } });

  expect(compareOnly(event, anApi({})).map((each) => each.code)).toEqual(['kind-changed']);
});
