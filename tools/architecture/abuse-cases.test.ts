import { expect, test } from 'vitest';
import { readAbuseCases, unprovenClaims } from './abuse-cases.ts';

const table = (rows: readonly string[]) =>
  unprovenClaims(readAbuseCases(rows.join('\n')), (path) => path === 'a.test.ts' || path === 'a.security.test.ts');
const rest = Array.from({ length: 24 }, (_, index) => `| ${index + 2} | abuse | defence | | open: nothing |`);
const first = (proof: string, state: string) => [`| 1 | abuse | defence | ${proof} | ${state} |`, ...rest];

test('accepts what is proved and what is open', () => {
  expect(table(first('`a.test.ts`', 'proved in CI'))).toEqual([]);
  expect(table(first('`a.security.test.ts`', 'proved by `npm run security`'))).toEqual([]);
  expect(table(first('', 'open: it does not exist yet'))).toEqual([]);
});

test('notices a case that is not there', () => {
  expect(table(rest)).toEqual(['case 1 has to be there once']);
});

test.each([
  ['', 'proved in CI', 'nothing proves it'],
  ['`gone.test.ts`', 'proved in CI', 'gone.test.ts does not exist'],
  ['`a.test.ts`', 'proved by `npm run security`', 'no *.security.test.ts is named'],
  ['`a.security.test.ts`', 'proved in CI', 'no test of CI is named'],
  ['`a.test.ts`', 'fine', '"fine" is no state'],
])('notices that %s with the state %s claims too much', (proof, state, fault) => {
  expect(table(first(proof, state)).join()).toContain(fault);
});
