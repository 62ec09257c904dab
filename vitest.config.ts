import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { findChromium } from './tools/find-chromium.ts';
import { LongestFirst } from './tools/longest-first.ts';
import { plantMutant } from './tools/mutants/plant-mutant.ts';

const chromium = findChromium();
const browser = chromium === undefined ? {} : { ALMANAC_CHROMIUM: chromium };
const sources = '{packages,apps,plugins}/*/src/**';

/** Vitest leaves a processor to itself; of two, it would leave one idle. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/** One PostgreSQL for the whole run; each test file gets a database of its own on it. */
const postgresForRun = join(import.meta.dirname, 'packages/testkit/src/postgres-for-run.ts');

/** Real processes and, where there is one, a real browser: slow, and one file at a time. */
const overRealProcesses = {
  env: browser,
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const;

/** Journeys that count what a crowd is answered, or how fast something is back: nothing else may take their processor. */
const journeysUnderLoad = [
  'canary',
  'chaos',
  'first-start',
  'isolation',
  'kill-nine',
  'latency-regression',
  'no-request-is-lost',
  'return-to-good',
  'switch',
].map((name) => `e2e/${name}.journey.test.ts`);

export default defineConfig({
  plugins: plantMutant(process.env['ALMANAC_MUTANT']),
  cacheDir: '.cache/vite',
  test: {
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${sources}/*.test.{ts,tsx}`, '{e2e,bench,examples}/**/*.test.ts'],
          exclude: ['**/*.{integration,contract,journey,real,nightly,security}.test.ts', '**/node_modules/**'],
          // Properties that are drawn a thousand times take their time on a machine that is busy.
          testTimeout: 30_000,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['tools/**/*.test.ts'],
          exclude: ['tools/**/*.security.test.ts', '**/node_modules/**'],
          // Every source is read and parsed: that takes its time where others work beside it.
          testTimeout: 30_000,
          maxWorkers,
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
          maxWorkers,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'journey',
          include: ['e2e/**/*.journey.test.ts'],
          exclude: journeysUnderLoad,
          ...overRealProcesses,
          // People wait most of the time, and so do their journeys: two of them share a machine well.
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'journey-under-load',
          include: journeysUnderLoad,
          ...overRealProcesses,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: { name: 'real', include: ['e2e/**/*.real.test.ts'], ...overRealProcesses, sequence: { groupOrder: 4 } },
      },
      {
        extends: true,
        test: {
          name: 'nightly',
          include: ['e2e/**/*.nightly.test.ts', `${sources}/*.nightly.test.ts`],
          ...overRealProcesses,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          name: 'security',
          include: ['{e2e,tools}/**/*.security.test.ts', `${sources}/*.security.test.ts`],
          ...overRealProcesses,
          globalSetup: existsSync(postgresForRun) ? [postgresForRun] : [],
          testTimeout: 1_200_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
