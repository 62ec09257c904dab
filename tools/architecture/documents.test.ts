import { expect, test } from 'vitest';
import { staleNames } from './documents.ts';

const known = { scripts: ['test'], exists: (path: string) => ['docs/a.md', 'apps/server'].includes(path) };

function check(text: string): readonly string[] {
  return staleNames([{ path: 'docs/guide.md', text }], known);
}

test('notices a script that does not exist', () => {
  expect(check('Run `npm run gone`.')).toEqual(['docs/guide.md: there is no script "npm run gone"']);
});

test('notices a path in code style that does not exist', () => {
  expect(check('See `apps/gone/src`.')).toEqual(['docs/guide.md: apps/gone/src does not exist']);
});

test('notices a link whose target does not exist', () => {
  expect(check('[here](gone.md#part)')).toEqual(['docs/guide.md: docs/gone.md does not exist']);
});

test('accepts what exists, addresses, anchors and patterns', () => {
  const text = '`npm run test`, `apps/server/`, `apps/*/src`, [a](a.md), [b](#part), [c](https://example.org/x.md)';

  expect(check(text)).toEqual([]);
});
