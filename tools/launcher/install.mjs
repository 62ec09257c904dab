import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { Refusal } from './refusal.mjs';

/** Installs what package-lock.json asks for, unless it is there already; only one process at a time does. */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  await withLock(join(root, '.cache', 'install.lock'), async () => {
    if (isInstalled(root)) return;
    const before = existsSync(join(root, 'node_modules')) ? 'again, because package-lock.json changed' : '(once)';
    console.error(`almanac: installing dependencies ${before}; this takes a minute.`);
    await install(root);
    stamp(root);
  });
}

function isInstalled(root) {
  const wanted = readText(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Refusal('package-lock.json is missing: the checkout is not complete.');
  if (readText(stampPath(root)) === keyOf(wanted)) return true;
  // npm's own record of what it put there: somebody may have run `npm ci` or `npm install` by hand.
  const present = readText(join(root, 'node_modules', '.package-lock.json'));
  if (present === undefined || !covers(packagesOf(present), packagesOf(wanted))) return false;
  stamp(root);
  return true;
}

/** Whether every package that this machine needs is installed in the wanted version. */
function covers(present, wanted) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link === true || !path.includes('node_modules/')) return true;
    if (present[path] !== undefined) return present[path].version === entry.version;
    return mayBeAbsent(entry);
  });
}

// npm leaves out what is for other machines, and the optional dependencies of what it left out.
function mayBeAbsent(entry) {
  if (entry.optional !== true && entry.devOptional !== true && entry.peer !== true) return false;
  const isForUs = isFor(entry.os, process.platform) && isFor(entry.cpu, process.arch) && !entry.libc?.includes('musl');
  return !isForUs || (entry.os === undefined && entry.cpu === undefined);
}

// npm writes one name or a list, each with "!" in front for what is excluded.
function isFor(given, own) {
  const allowed = [given ?? []].flat();
  if (allowed.includes(`!${own}`)) return false;
  return allowed.includes(own) || allowed.every((each) => each.startsWith('!'));
}

async function install(root) {
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ];
  const { command, before } = npmCommand();
  const { code, output } = await collect(command, [...before, ...args], {
    cwd: root,
    // None of our dependencies needs an install script, and npm 12 refuses them anyway.
    env: { ...process.env, npm_config_ignore_scripts: 'true', npm_config_update_notifier: 'false' },
  });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Refusal(explain(output, code));
}

function explain(output, code) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/.test(output)) {
    return 'the npm registry cannot be reached. Connect to the network once, so that the dependencies can be installed.';
  }
  if (/ENOSPC/.test(output)) return 'the disk is full: the dependencies need about 900 MB.';
  if (/EACCES|EPERM|EROFS/.test(output)) return 'the dependencies cannot be written here. Who owns this directory?';
  return `npm ci failed (exit code ${code}); its output stands above.`;
}

/** The npm that started us, else the one beside this Node, else the one on the path. */
function npmCommand() {
  const binaries = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(binaries, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(binaries, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = candidates.find((path) => path?.endsWith('npm-cli.js') === true && existsSync(path));
  return script === undefined ? { command: 'npm', before: [] } : { command: process.execPath, before: [script] };
}

function collect(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  child.stderr.on('data', (part) => parts.push(part));
  const stop = () => child.kill();
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new Refusal('npm was not found; it comes with Node (https://nodejs.org).')));
    child.once('close', (code) => {
      process.off('exit', stop);
      resolve({ code: code ?? 1, output: Buffer.concat(parts).toString('utf8') });
    });
  });
}

function stampPath(root) {
  return join(root, 'node_modules', '.almanac-installed');
}

function stamp(root) {
  try {
    writeFileSync(stampPath(root), keyOf(readText(join(root, 'package-lock.json')) ?? ''));
  } catch {
    // Somebody else's install, complete but not ours to mark: the next start compares again.
  }
}

function keyOf(lockText) {
  return `${process.platform}-${process.arch} ${createHash('sha256').update(lockText).digest('hex')}\n`;
}

function packagesOf(lockText) {
  try {
    return JSON.parse(lockText).packages ?? {};
  } catch {
    throw new Refusal('package-lock.json cannot be read as JSON: is it in the middle of a merge?');
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
