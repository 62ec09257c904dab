// Takes each decision about access out in turn and runs the tests that must notice: `npm run mutants [-- parts of paths]`.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSources } from './architecture/modules.ts';
import { accessMutants, type Mutant } from './mutants/access-mutants.ts';
import { endOnSignals, runProgram } from './run-program.ts';

/** Which tests must notice, by where the decision is. */
const usual = [
  'apps/server/src/access-changes',
  'apps/server/src/allow-lists.integration',
  'apps/server/src/matrix/permission-matrix.integration',
];
const tests = [
  { where: '/scope/', tests: ['apps/server/src/scope'] },
  // A few of all questions do not reach each place that finds an object.
  { where: '/authorization/', tests: [...usual, 'apps/server/src/matrix/permission-matrix.security'] },
  { where: '/governance/', tests: [...usual, 'apps/server/src/policies.integration'] },
  { where: '/plans/voices', tests: ['apps/server/src/governance.integration'] },
  { where: '/watch-access', tests: [...usual, 'apps/server/src/platform/http/watch-access'] },
  { where: '/guard-entrances', tests: ['apps/server/src/allow-lists.integration'] },
  { where: '', tests: usual },
];

const only = process.argv.slice(2);
const mutants = readSources()
  .filter(
    ({ path }) => path.startsWith('apps/server/src/') && !/(\.test|-for-tests)\.ts$|\/matrix\/|\/fuzz\//.test(path),
  )
  .flatMap(accessMutants)
  .filter(({ path }) => only.length === 0 || only.some((each) => path.includes(each)));
endOnSignals();
const folder = mkdtempSync(join(tmpdir(), 'almanac-mutants-'));
const reportFile = join(folder, 'report.json');
/** Those that nothing noticed, and those of which nothing is known, since the tests themselves broke. */
const left: string[] = [];
try {
  for (const { tests: chosen } of tests) {
    const any = mutants.find((each) => testsOf(each) === chosen);
    if (any === undefined) continue;
    const wrong = await whatFails(chosen);
    if (wrong !== undefined) throw new Error(`while nothing is taken out, all must pass; ${wrong}`);
    const noticed = await whatFailsWith({ ...any, text: `throw new Error('a file that cannot be loaded');` });
    if (noticed === undefined) throw new Error(`what is planted in ${any.path} does not reach ${chosen.join(' ')}`);
  }
  for (const mutant of mutants) {
    const line = `${mutant.path}:${mutant.line} ${mutant.was}`;
    const noticed = await whatFailsWith(mutant).catch((error: Error) => error);
    if (typeof noticed === 'string') console.log(`caught   ${line}\n         ${noticed}`);
    else {
      console.log(noticed === undefined ? `SURVIVED ${line}` : `UNKNOWN  ${line}\n         ${noticed.message}`);
      left.push(line);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${mutants.length - left.length} of ${mutants.length} mutants were caught`);
if (mutants.length === 0 || left.length > 0) process.exitCode = 1;

function testsOf({ path }: Mutant): readonly string[] {
  return tests.find(({ where }) => path.includes(where))?.tests ?? [];
}

function whatFailsWith(mutant: Mutant): Promise<string | undefined> {
  const file = join(folder, 'mutant.json');
  writeFileSync(file, JSON.stringify(mutant));
  return whatFails(testsOf(mutant), { ALMANAC_MUTANT: file });
}

/** The first test that says no, and why; a test that only took too long says nothing about what was taken out. */
async function whatFails(
  chosen: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  rmSync(reportFile, { force: true });
  const projects = ['unit', 'integration', 'security'].flatMap((each) => ['--project', each]);
  const { code, output } = await runProgram({
    script: 'node_modules/vitest/vitest.mjs',
    args: ['run', ...projects, '--bail', '1', '--reporter=json', `--outputFile=${reportFile}`, ...chosen],
    environment,
    output: 'collect',
  });
  if (code === 0) return undefined;
  const refusals = failures().filter((each) => !each.includes('timed out'));
  if (refusals.length === 0) throw new Error(`no test could say no:\n${output.slice(-2000)}`);
  return refusals[0];
}

/** Each failed test, and each file that could not be run, with the first line of its reason. */
function failures(): readonly string[] {
  if (!existsSync(reportFile)) return [];
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8')) as {
    readonly testResults: readonly {
      readonly name: string;
      readonly message: string;
      readonly assertionResults: readonly { readonly fullName: string; readonly failureMessages?: readonly string[] }[];
    }[];
  };
  return testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`${name}: ${firstLine(message)}`]),
    ...assertionResults.flatMap(({ fullName, failureMessages = [] }) =>
      failureMessages.map((each) => `${fullName}: ${firstLine(each)}`),
    ),
  ]);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
