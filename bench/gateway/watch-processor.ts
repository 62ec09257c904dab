import { writeSync } from 'node:fs';
import { machineNow } from './machine-pauses.ts';

const everyMs = 1;
const lateMs = 0.2;

// Whoever started this may have died without ending it, and nothing else runs before it.
const until = machineNow() + Number(process.argv[2]) * 1000;
const clock = new Int32Array(new SharedArrayBuffer(4));
for (let due = machineNow() + everyMs; due < until; due += everyMs) {
  Atomics.wait(clock, 0, 0, Math.max(0, due - machineNow()));
  const now = machineNow();
  if (now - due <= lateMs) continue;
  writeSync(1, `${due} ${now}\n`);
  due = now;
}
