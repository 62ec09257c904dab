import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from './refusal.mjs';

const heartbeatMs = 2_000;
const staleMs = 30_000;

/**
 * Runs `work` while holding a lock file. The holder touches the file; one that nobody touched for half a minute
 * belongs to a process that died. (A process number alone would not say so: containers reuse them.)
 */
export async function withLock(path, work) {
  await acquire(path);
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const end = () => process.exit(1);
  for (const signal of ends) process.once(signal, end);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    for (const signal of ends) process.off(signal, end);
    process.off('exit', release);
    release();
  }
}

async function acquire(path) {
  let told = false;
  for (;;) {
    if (create(path)) return;
    if (isStale(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) console.error(`almanac: waiting for another process (${holder(path)}) to install the dependencies.`);
    told = true;
    await delay(250);
  }
}

function create(path) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new Refusal(`${dirname(path)} cannot be written (${error.code}). Who owns this directory?`);
  }
}

function isStale(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > staleMs;
}

function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Removed by hand; the work goes on.
  }
}

function holder(path) {
  try {
    return `process ${readFileSync(path, 'utf8')}`;
  } catch {
    return 'which has just ended';
  }
}
