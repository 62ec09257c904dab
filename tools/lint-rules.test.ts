import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository, runProgram } from './run-program.ts';

/** Planted violations, by the file in which they must be found, with the rule that must find them. */
const planted = {
  'packages/domain/src/reads-clock.ts': {
    text: 'export const now = () => Date.now();',
    finds: 'no-restricted-globals',
  },
  'packages/domain/src/rolls-dice.ts': {
    text: 'export const die = () => Math.random();',
    finds: 'no-restricted-properties',
  },
  'packages/domain/src/reads-disk.ts': {
    text: "import { readFile } from 'node:fs/promises';\nexport const read = readFile;",
    finds: 'no-restricted-imports',
  },
  'apps/server/src/features/plans/reaches-over.ts': {
    text: "import { sites } from '../sites/sites.ts';\nexport const all = sites;",
    finds: 'no-restricted-imports',
  },
  'apps/agent/src/mocked.test.ts': {
    text: "import { vi } from 'vitest';\nvi.mock('./converge.ts');",
    finds: 'no-restricted-vi-methods',
  },
} as const;
const innocent = {
  'apps/agent/src/innocent.ts':
    "import { readFile } from 'node:fs/promises';\nexport const read = readFile;\nexport const now = () => Date.now();",
} as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-lint-'));
  cpSync(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [path, { text }] of Object.entries(planted)) plant(path, text);
  for (const [path, text] of Object.entries(innocent)) plant(path, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}

function lint(path: string): Promise<{ readonly code: number; readonly output: string }> {
  const args = ['-c', join(folder, '.oxlintrc.json'), '--format=unix', join(folder, path)];
  return runProgram({ script: 'node_modules/oxlint/bin/oxlint', args, output: 'collect' });
}

test.each(Object.entries(planted))('the linter fails on %s', async (path, { finds }) => {
  const { code, output } = await lint(path);

  expect(output).toContain(finds);
  expect(code).toBe(1);
});

test.each(Object.keys(innocent))('the linter passes %s', async (path) => {
  expect(await lint(path)).toMatchObject({ code: 0 });
});
