/** Every task: the script that the picked Node runs, with the arguments that come before the caller's. */
export const tasks = {
  start: { script: 'apps/launcher/src/main.ts', args: [], about: 'start the control plane and the local sites' },
  almanac: { script: 'apps/cli/src/main.ts', args: [], about: 'the command line' },
  test: { script: 'tools/run-tests.ts', args: ['test'], about: 'every test that needs no registry' },
  'test:real': { script: 'tools/run-tests.ts', args: ['real'], about: 'journeys with applications from npm' },
  nightly: { script: 'tools/run-tests.ts', args: ['nightly'], about: 'everything long' },
  security: { script: 'tools/run-tests.ts', args: ['security'], about: 'abuse cases of docs/security.md at full size' },
  architecture: { script: 'tools/run-tests.ts', args: ['architecture'], about: 'the architecture tests alone' },
  check: { script: 'tools/check.ts', args: ['check'], about: 'format, lint, types, unit and architecture tests' },
  'check:all': { script: 'tools/check.ts', args: ['all'], about: 'check, dead exports, and every other test' },
  'format:check': { script: 'tools/check.ts', args: ['format'], about: 'say which files are not formatted' },
  format: { script: 'tools/check.ts', args: ['reformat'], about: 'format and sort imports in place' },
  lint: { script: 'tools/check.ts', args: ['lint'], about: 'Biome and oxlint' },
  types: { script: 'tools/check.ts', args: ['types'], about: 'type-check every workspace' },
  bench: { script: 'bench/run.ts', args: [], about: 'benchmarks' },
  chaos: { script: 'e2e/chaos/run.ts', args: [], about: 'faults of every kind, with ledgers of what must not be lost' },
  simulate: {
    script: 'e2e/simulator/run.ts',
    args: [],
    about: 'the whole estate in one thread, by seeds, with faults',
  },
  mutants: {
    script: 'tools/run-mutants.ts',
    args: [],
    about: 'take each decision about access out; tests must notice',
  },
  'build:dist': { script: 'tools/build-dist.ts', args: [], about: 'bundle what is distributed into dist/' },
  lockfile: {
    script: 'tools/complete-lockfile.ts',
    args: [],
    about: 'let npm ci accept the lockfile on every platform',
  },
  generate: { script: 'tools/generate-problems.ts', args: [], about: 'write the generated documents anew' },
};

export function describeTasks() {
  return Object.entries(tasks)
    .map(([name, task]) => `  ${name.padEnd(14)}${task.about}`)
    .join('\n');
}
