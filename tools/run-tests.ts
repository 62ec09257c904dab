// Runs the test tiers: `run-tests.ts test|real|nightly|security|architecture [vitest arguments]`.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './find-chromium.ts';
import { installPackages } from './install-packages.ts';
import { endOnSignals, repository, runProgram } from './run-program.ts';

interface Tier {
  readonly projects: readonly string[];
  readonly browser: boolean;
  readonly counterparts: boolean;
}

const tiers: Readonly<Record<string, Tier>> = {
  test: {
    projects: ['unit', 'architecture', 'integration', 'journey', 'journey-under-load'],
    browser: true,
    counterparts: true,
  },
  real: { projects: ['real'], browser: true, counterparts: false },
  nightly: { projects: ['nightly'], browser: true, counterparts: false },
  security: { projects: ['security'], browser: true, counterparts: true },
  architecture: { projects: ['architecture'], browser: false, counterparts: false },
};
/** Where vitest's own account of the run goes; `.ci/run` reads its figures from there. */
const report = 'test-output/vitest.json';

const [name = 'test', ...args] = process.argv.slice(2);
const tier = tiers[name];
if (tier === undefined) throw new Error(`There is no tier "${name}"; there are ${Object.keys(tiers).join(', ')}.`);

endOnSignals();
if (tier.browser && findChromium() === undefined && process.env['ALMANAC_INSTALL_BROWSER'] === '1') {
  await installPackages(['chromium'], 'ALMANAC_INSTALL_BROWSER=1');
}
/** What tests compare with; those that need one say themselves that they are left out where it is missing. */
const counterparts = [
  { setting: 'ALMANAC_INSTALL_DIRECTORY', program: '/usr/sbin/slapd', packages: ['slapd', 'ldap-utils'] },
  { setting: 'ALMANAC_INSTALL_XMLSEC', program: '/usr/bin/xmlsec1', packages: ['xmlsec1'] },
];
for (const { setting, program, packages } of tier.counterparts ? counterparts : []) {
  if (process.env[setting] !== '1' || existsSync(program)) continue;
  await installPackages(packages, `${setting}=1`).catch((error: unknown) =>
    console.log(`tests with ${program} are left out: ${String(error)}`),
  );
}
rmSync(join(repository, report), { force: true });
const { code } = await runProgram({
  script: 'node_modules/vitest/vitest.mjs',
  args: [
    'run',
    ...tier.projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    '--reporter=./tools/slowest-files.ts',
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
