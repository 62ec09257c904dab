import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../run-program.ts';

/** A checkout in miniature: the real launcher, a lockfile with one package, and a task of ours in place of the bench. */
let root = '';

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'almanac-launcher-')), 'a path with spaces');
  mkdirSync(join(root, 'bench'), { recursive: true });
  chmodSync(root, 0o700);
  cpSync(join(repository, 'tools/launch.mjs'), join(root, 'tools/launch.mjs'));
  cpSync(join(repository, 'tools/launcher'), join(root, 'tools/launcher'), { recursive: true });
  writeLock('1.0.0');
  writeTask('console.log("ran", JSON.stringify(process.argv.slice(2)));');
  writeNpm('');
});

afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

function writeLock(version: string): void {
  const packages = {
    '': {},
    'node_modules/a': { version },
    'node_modules/for-others': { version, optional: true, os: ['plan9'] },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

function writeTask(text: string): void {
  writeFileSync(join(root, 'bench/run.ts'), text);
}

/** Stands in for npm: counts its runs, and leaves behind what npm leaves. */
function writeNpm(before: string): void {
  const text = `
    const fs = require('node:fs');
    fs.appendFileSync('npm-runs', process.argv.slice(2).join(' ') + ' scripts=' + !process.env.npm_config_ignore_scripts + '\\n');
    ${before}
    fs.rmSync('node_modules', { recursive: true, force: true });
    fs.mkdirSync('node_modules');
    const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
    delete packages['node_modules/for-others'];
    fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));`;
  writeFileSync(join(root, 'npm-cli.js'), text);
}

function npmRuns(): readonly string[] {
  try {
    return readFileSync(join(root, 'npm-runs'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'tools/launch.mjs'), ...args], {
    env: { ...process.env, npm_execpath: join(root, 'npm-cli.js') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  const ended = new Promise<{ code: number | null; signal: string | null; output: string; errors: string }>(
    (resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, output, errors }));
    },
  );
  return { child, ended };
}

const launch = (...args: readonly string[]) => start(args).ended;

test('installs what is missing, then runs the task with its arguments', async () => {
  const { code, output, errors } = await launch('bench', 'two words', '--json');

  expect({ code, output }).toEqual({ code: 0, output: 'ran ["two words","--json"]\n' });
  expect(errors).toBe('almanac: installing dependencies (once); this takes a minute.\n');
  expect(npmRuns()).toEqual([expect.stringMatching(/^ci .*--include=optional.* scripts=false$/)]);
});

test('says nothing and installs nothing when everything is there', async () => {
  await launch('bench');

  const { errors } = await launch('bench');

  expect(errors).toBe('');
  expect(npmRuns()).toHaveLength(1);
});

test('respects an install that somebody made by hand', async () => {
  mkdirSync(join(root, 'node_modules'));
  const packages = { 'node_modules/a': { version: '1.0.0' } };
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));

  const { code } = await launch('bench');

  expect({ code, runs: npmRuns() }).toEqual({ code: 0, runs: [] });
});

test('installs again when the lockfile asks for something else', async () => {
  await launch('bench');
  writeLock('1.1.0');

  const { errors } = await launch('bench');

  expect(errors).toContain('again, because package-lock.json changed');
  expect(npmRuns()).toHaveLength(2);
});

test('lets one of two simultaneous starts install, and the other wait for it', async () => {
  writeNpm('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);');

  const both = await Promise.all([launch('bench'), launch('bench')]);

  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(npmRuns()).toHaveLength(1);
});

test('takes over the lock of a start that died', async () => {
  const lock = join(root, '.cache/install.lock');
  mkdirSync(join(root, '.cache'));
  writeFileSync(lock, '1');
  utimesSync(lock, new Date(0), new Date(0));

  const { code } = await launch('bench');

  expect({ code, runs: npmRuns().length }).toEqual({ code: 0, runs: 1 });
});

test('shows what npm said when it fails, and ends with one understandable line', async () => {
  writeNpm('console.error("npm error code ENOTFOUND"); process.exit(1);');

  const { code, errors } = await launch('bench');

  expect(code).toBe(1);
  expect(errors).toContain('npm error code ENOTFOUND\n');
  expect(errors.trim().split('\n').at(-1)).toMatch(/^almanac: the npm registry cannot be reached\./);
});

test('ends with the exit code of the task', async () => {
  writeTask('process.exitCode = 7;');

  expect(await launch('bench')).toMatchObject({ code: 7, signal: null });
});

test('ends by the signal that ended the task', async () => {
  writeTask('process.kill(process.pid, "SIGKILL");');

  expect(await launch('bench')).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'passes %s on once, and waits for the task to end',
  async (signal) => {
    writeTask(`
    let count = 0;
    process.on('${signal}', () => { count += 1; setImmediate(() => { console.log('asked', count); process.exit(3); }); });
    setInterval(() => {}, 1000);
    console.log('ready');`);
    const { child, ended } = start(['bench']);
    await new Promise((resolve) => child.stdout.once('data', resolve));

    child.kill(signal);

    expect(await ended).toMatchObject({ code: 3, output: 'ready\nasked 1\n' });
  },
);

test('names the tasks when it is asked for one that is not there', async () => {
  const { code, errors } = await launch('nonsense');

  expect(code).toBe(1);
  expect(errors).toMatch(/^almanac: there is no task "nonsense"\. Tasks:\n {2}start/);
  expect(errors).not.toContain('    at ');
});

test('says in one line that a checkout is not complete', async () => {
  rmSync(join(root, 'bench/run.ts'));

  const { code, errors } = await launch('bench');

  expect(code).toBe(1);
  expect(errors.trim().split('\n').at(-1)).toMatch(/^almanac: .*run\.ts is missing: the checkout is not complete\.$/);
});
