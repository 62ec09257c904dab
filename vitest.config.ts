import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { findChromium } from './tools/find-chromium.ts';

const chromium = findChromium();
const browser = chromium === undefined ? {} : { ALMANAC_CHROMIUM: chromium };
const sources = '{packages,apps,plugins}/*/src/**';

/** One PostgreSQL for the whole run; each test file gets a database of its own on it. */
const postgresForRun = join(import.meta.dirname, 'packages/testkit/src/postgres-for-run.ts');

/** Real processes and, where there is one, a real browser: slow, and one file at a time. */
const overRealProcesses = {
  env: browser,
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  cacheDir: '.cache/vite',
  test: {
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${sources}/*.test.{ts,tsx}`, '{e2e,bench,examples}/**/*.test.ts'],
          exclude: ['**/*.{integration,contract,journey,real,nightly}.test.ts', '**/node_modules/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['tools/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`${sources}/*.{integration,contract}.test.ts`],
          globalSetup: existsSync(postgresForRun) ? [postgresForRun] : [],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'journey',
          include: ['e2e/**/*.journey.test.ts'],
          ...overRealProcesses,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'real', include: ['e2e/**/*.real.test.ts'], ...overRealProcesses, sequence: { groupOrder: 3 } },
      },
      {
        extends: true,
        test: {
          name: 'nightly',
          include: ['e2e/**/*.nightly.test.ts', `${sources}/*.nightly.test.ts`],
          ...overRealProcesses,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
