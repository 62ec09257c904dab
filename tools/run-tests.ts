// Runs the test tiers: `run-tests.ts test|real|nightly|architecture|unit [vitest arguments]`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './find-chromium.ts';
import { installChromium } from './install-chromium.ts';
import { endOnSignals, repository, runProgram } from './run-program.ts';

const tiers: Readonly<Record<string, { readonly projects: readonly string[]; readonly browser: boolean }>> = {
  test: { projects: ['unit', 'architecture', 'integration', 'journey'], browser: true },
  real: { projects: ['real'], browser: true },
  nightly: { projects: ['nightly'], browser: true },
  architecture: { projects: ['architecture'], browser: false },
};
/** Where vitest's own account of the run goes; `.ci/run` reads its figures from there. */
const report = 'test-output/vitest.json';

const [name = 'test', ...args] = process.argv.slice(2);
const tier = tiers[name];
if (tier === undefined) throw new Error(`There is no tier "${name}"; there are ${Object.keys(tiers).join(', ')}.`);

endOnSignals();
if (tier.browser && findChromium() === undefined && process.env['ALMANAC_INSTALL_BROWSER'] === '1') {
  await installChromium();
}
rmSync(join(repository, report), { force: true });
const { code } = await runProgram({
  script: 'node_modules/vitest/vitest.mjs',
  args: [
    'run',
    ...tier.projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ],
  output: 'show',
});
if (tier.browser && findChromium() === undefined) {
  console.log(
    'browser journey skipped: no Chromium found; install chromium, name one with ALMANAC_CHROMIUM, or set ALMANAC_INSTALL_BROWSER=1 (Debian, root)',
  );
}
process.exitCode = code;
