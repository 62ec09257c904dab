import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScimFilter, parseScimPath, type ScimFilter, scimOperators } from './filter.ts';
import { matchesScimValue } from './match.ts';
import { codeOf } from './refusal-for-tests.ts';
import { scimUserSchema } from './schema.ts';

const path = (name: string, sub: string | null = null, schema: string | null = null) => ({ schema, name, sub });
const eq = (name: string, value: string): ScimFilter => ({
  kind: 'compare',
  path: path(name),
  operator: 'eq',
  value,
});

describe('a filter', () => {
  it.each<[string, ScimFilter]>([
    ['userName eq "bjensen"', eq('userName', 'bjensen')],
    ['USERNAME EQ "bjensen"', { kind: 'compare', path: path('USERNAME'), operator: 'eq', value: 'bjensen' }],
    [
      'name.familyName co "O\'Malley"',
      { kind: 'compare', path: path('name', 'familyName'), operator: 'co', value: "O'Malley" },
    ],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      {
        kind: 'compare',
        path: path('userName', null, 'urn:ietf:params:scim:schemas:core:2.0:User'),
        operator: 'sw',
        value: 'J',
      },
    ],
    ['title pr', { kind: 'present', path: path('title') }],
    ['active eq true', { kind: 'compare', path: path('active'), operator: 'eq', value: true }],
    ['age gt 12.5', { kind: 'compare', path: path('age'), operator: 'gt', value: 12.5 }],
    ['a eq null', { kind: 'compare', path: path('a'), operator: 'eq', value: null }],
    ['a eq "x\\"y\\\\z\\u0041"', eq('a', 'x"y\\zA')],
    [
      'a eq "1" or b eq "2" and c eq "3"',
      { kind: 'or', parts: [eq('a', '1'), { kind: 'and', parts: [eq('b', '2'), eq('c', '3')] }] },
    ],
    [
      '(a eq "1" or b eq "2") and c eq "3"',
      { kind: 'and', parts: [{ kind: 'or', parts: [eq('a', '1'), eq('b', '2')] }, eq('c', '3')] },
    ],
    ['not (a eq "1")', { kind: 'not', part: eq('a', '1') }],
    [
      'emails[type eq "work" and value co "@example.com"]',
      {
        kind: 'within',
        path: path('emails'),
        filter: {
          kind: 'and',
          parts: [eq('type', 'work'), { kind: 'compare', path: path('value'), operator: 'co', value: '@example.com' }],
        },
      },
    ],
  ])('%s is read', (text, filter) => {
    expect(parseScimFilter(text)).toEqual(filter);
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq bjensen',
    "userName eq 'bjensen'",
    'userName == "bjensen"',
    'userName eq "bjensen',
    'userName eq "a\nb"',
    'userName eq "\\ud800"',
    'userName eq "\\u0000"',
    'userName eq "\\x"',
    'userName eq "a" b',
    'userName eq "a" and',
    'not userName eq "a"',
    '(userName eq "a"',
    'userName eq "a")',
    'emails[type eq "work"',
    'emails[emails[type eq "work"]]',
    'a.b.c eq "x"',
    '"a" eq "x"',
    'userName eq "a"; drop table principals',
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseScimFilter(text))).toBe('invalid-filter');
  });

  it.each([
    ['is too long', `userName eq "${'x'.repeat(2000)}"`],
    ['is nested too deep', `${'('.repeat(12)}a eq "1"${')'.repeat(12)}`],
    ['compares too often', Array.from({ length: 51 }, () => 'a pr').join(' or ')],
  ])('that %s is refused', (_, text) => {
    expect(codeOf(() => parseScimFilter(text))).toBe('invalid-filter');
  });

  it('of whatever text is read or refused, and nothing else', () => {
    const word = fc.constantFrom(
      'a',
      'eq',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '"x"',
      'pr',
      '.',
      '1',
      'true',
      '\\',
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.array(word).map((each) => each.join(' ')),
        ),
        (text) => {
          expect([undefined, 'invalid-filter']).toContain(codeOf(() => parseScimFilter(text)));
          expect([undefined, 'invalid-path']).toContain(codeOf(() => parseScimPath(text)));
        },
      ),
    );
  });

  it('with any text as its value is read as that text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 100 }),
        fc.constantFrom(...scimOperators),
        (value, operator) => {
          fc.pre(!value.includes('\u0000'));
          const written = `userName ${operator} ${JSON.stringify(value).replaceAll(/[\u007f-\u009f]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`)}`;
          expect(parseScimFilter(written)).toEqual({ kind: 'compare', path: path('userName'), operator, value });
        },
      ),
    );
  });
});

describe('the path of a patch', () => {
  it.each([
    ['active', { attribute: path('active'), filter: null, sub: null }],
    ['name.givenName', { attribute: path('name', 'givenName'), filter: null, sub: null }],
    ['members[value eq "1"]', { attribute: path('members'), filter: eq('value', '1'), sub: null }],
    ['emails[type eq "work"].value', { attribute: path('emails'), filter: eq('type', 'work'), sub: 'value' }],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      {
        attribute: path('department', null, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'),
        filter: null,
        sub: null,
      },
    ],
  ])('%s is read', (text, read) => {
    expect(parseScimPath(text)).toEqual(read);
  });

  it.each(['', '.', 'a.', 'a[', 'a[]', 'a[b eq "c"]d', 'a[b eq "c"].d.e', 'a[b[c pr]]', '../x', 'a b'])(
    '%j is refused',
    (text) => {
      expect(codeOf(() => parseScimPath(text))).toBe('invalid-path');
    },
  );
});

describe('a value of several', () => {
  const emails = scimUserSchema.attributes.find((each) => each.name === 'emails')?.subAttributes ?? [];
  const given = { attributes: emails, code: 'invalid-filter' } as const;
  const work = { value: 'Ada@Example.com', type: 'work', primary: true };

  it.each([
    ['type eq "WORK"', true],
    ['type ne "work"', false],
    ['value co "@example."', true],
    ['value sw "ada"', true],
    ['value ew ".com"', true],
    ['value gt "ad"', true],
    ['value le "ad"', false],
    ['primary eq true', true],
    ['primary ne true', false],
    ['type pr', true],
    ['not (type pr)', false],
    ['type eq null', false],
    ['type ne null', true],
    ['type eq "home" or primary eq true', true],
    ['type eq "home" and primary eq true', false],
  ])('is found by %s: %s', (text, found) => {
    expect(matchesScimValue(parseScimFilter(text), work, given)).toBe(found);
  });

  it.each([
    'street eq "x"',
    'primary gt true',
    'primary eq "true"',
    'value eq 1',
    'value gt null',
    'type eq "x" or street pr',
  ])('is not asked whether %s', (text) => {
    expect(codeOf(() => matchesScimValue(parseScimFilter(text), work, given))).toBe('invalid-filter');
  });
});
