// The checks that need no running parts: `check.ts check|all|format|reformat|lint|types [arguments]`.
import { availableParallelism } from 'node:os';
import { endOnSignals, type Program, runProgram } from './run-program.ts';
import { typeProjects } from './type-projects.ts';

type Step = () => Promise<number>;

const biome = 'node_modules/@biomejs/biome/bin/biome';
const oxlint = 'node_modules/oxlint/bin/oxlint';
const show = (script: string, ...args: readonly string[]): Step => {
  const program: Program = { script, args, output: 'show' };
  return async () => (await runProgram(program)).code;
};

const steps: Readonly<Record<string, Step>> = {
  reformat: show(biome, 'check', '--write', '--linter-enabled=false', '--log-level=warn'),
  format: show(biome, 'check', '--linter-enabled=false'),
  'biome lint': show(biome, 'lint'),
  oxlint: show(oxlint, '--type-aware', '--quiet'),
  'size and casts (advice)': show(oxlint, '--type-aware'),
  types: checkTypes,
  'unit and architecture tests': show(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'unit',
    '--project',
    'architecture',
  ),
  'dead exports': show('node_modules/knip/bin/knip.js'),
  'every test': show('tools/run-tests.ts', 'test'),
};

const lint = ['biome lint', 'oxlint'];
const quick = ['format', ...lint, 'types'];
const checks: Readonly<Record<string, readonly string[]>> = {
  check: [...quick, 'unit and architecture tests'],
  all: [...quick, 'dead exports', 'every test'],
  format: ['format'],
  reformat: ['reformat'],
  lint,
  advice: ['size and casts (advice)'],
  types: ['types'],
};

const name = process.argv[2] ?? 'check';
const chosen = checks[name];
if (chosen === undefined) throw new Error(`There is no check "${name}"; there are ${Object.keys(checks).join(', ')}.`);
endOnSignals();
const failed = await runInTurn(chosen);
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** All of them, even after one failed: whoever fixes things wants the whole list. */
async function runInTurn(names: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const each of names) {
    const started = performance.now();
    const code = (await steps[each]?.()) ?? 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${each} (${seconds} s)`);
    if (code !== 0) failed.push(each);
  }
  return failed;
}

async function checkTypes(): Promise<number> {
  const waiting = [...typeProjects()];
  const codes: number[] = [];
  async function work(): Promise<void> {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
      const args = ['-p', project, '--pretty', 'false'];
      const { code, output } = await runProgram({ script: 'node_modules/typescript/bin/tsc', args, output: 'collect' });
      codes.push(code);
      process.stdout.write(output);
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  return codes.every((code) => code === 0) ? 0 : 1;
}
