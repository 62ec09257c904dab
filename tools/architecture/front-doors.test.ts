import { expect, test } from 'vitest';
import { untidyFiles } from './front-doors.ts';

test.each([
  ['packages/a/src/index.ts', "export * from './b.ts';"],
  ['packages/a/src/index.ts', 'export const code = 1;'],
  ['packages/a/src/index.ts', "import './with-effects.ts';"],
  ['packages/a/src/utils/dates.ts', 'export const a = 1;'],
  ['packages/a/src/helpers.ts', 'export const a = 1;'],
  ['packages/a/src/types.ts', 'export type A = 1;'],
])('notices %s: %s', (path, text) => {
  expect(untidyFiles([{ path, text }])).toHaveLength(1);
});

test('accepts explicit re-exports, and names that only contain such a word', () => {
  const files = [
    { path: 'packages/a/src/index.ts', text: "export { a, type B } from './b.ts';\nexport type { C } from './c.ts';" },
    { path: 'packages/a/src/shared-volume.ts', text: 'export const a = 1;' },
  ];

  expect(untidyFiles(files)).toEqual([]);
});
