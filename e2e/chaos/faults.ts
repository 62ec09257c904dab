import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Estate, waitUntil } from '@almanac/testkit';
import { type Part, processOf } from '../processes.ts';

/** One thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** What it happens to; two faults of one part have a pause between them. */
  readonly part: Part;
  /** Lets it happen, and undoes it where nobody else does; false when there was nothing to let it happen to. */
  readonly happen: (estate: Estate) => Promise<boolean>;
}

const patienceSeconds = 60;

/** Ends a part at once, and waits until whoever keeps it has started it again. */
export function killed(part: Part): Fault {
  return {
    name: `kill -9 ${part}`,
    part,
    happen: async (estate) => {
      const pid = processOf(estate, part);
      if (pid === undefined) return false;
      process.kill(pid, 'SIGKILL');
      await waitUntil(`${part} to be back`, () => (processOf(estate, part) ?? pid) !== pid, patienceSeconds);
      return true;
    },
  };
}

/** Stops a part for a while in the middle of whatever it does; it wakes up knowing nothing of it. */
export function paused(part: Part, ms: number): Fault {
  return {
    name: `stop ${part} for ${(ms / 1000).toFixed(0)} s`,
    part,
    happen: async (estate) => {
      const pid = processOf(estate, part);
      if (pid === undefined) return false;
      process.kill(pid, 'SIGSTOP');
      const stopped = await waitUntil('it to stop', () => stateOf(pid) === 'T', 5).catch(() => false);
      await pause(ms);
      // A gateway that hangs for long is replaced by its agent: then there is nobody left to wake.
      if (processOf(estate, part) === pid) process.kill(pid, 'SIGCONT');
      return stopped;
    },
  };
}

/** Leaves a part a few descriptors more than it has open, and asks the server for many connections meanwhile. */
export function withoutDescriptors(part: Part, spare: number): Fault {
  return {
    name: `${spare} descriptors left to ${part}`,
    part,
    happen: async (estate) => {
      const pid = processOf(estate, part);
      if (pid === undefined) return false;
      const open = readdirSync(`/proc/${pid}/fd`).length;
      const before = limitOf(pid);
      await promisify(execFile)('prlimit', [`--pid=${pid}`, `--nofile=${open + spare}:`]);
      const { hostname, port } = new URL(estate.url);
      const sockets = Array.from({ length: part === 'server' ? 100 : 0 }, () => idle(Number(port), hostname));
      await pause(3000);
      for (const socket of sockets) socket.destroy();
      // One that ended for want of descriptors was started again, with all of them.
      if (processOf(estate, part) === pid)
        await promisify(execFile)('prlimit', [`--pid=${pid}`, `--nofile=${before}:`]);
      return true;
    },
  };
}

/** Where Debian keeps the library that lets processes believe another time; undefined where it is not installed. */
export function fakeTimeLibrary(): string | undefined {
  return ['x86_64-linux-gnu', 'aarch64-linux-gnu']
    .map((triplet) => `/usr/lib/${triplet}/faketime/libfaketime.so.1`)
    .find((path) => existsSync(path));
}

/** What an estate needs so that all of its clocks can be set by a file. */
export function clockSetBy(file: string, library: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // Durations are measured with another clock, which no administrator can set.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** Sets the clocks of everything by so many seconds against the true time; they stay so until the next jump. */
export function clockAt(file: string, seconds: number): Fault {
  return {
    name: `clocks at ${seconds > 0 ? '+' : ''}${seconds} s`,
    part: 'server',
    happen: async () => {
      await writeFile(file, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
      return true;
    },
  };
}

function idle(port: number, host: string): Socket {
  const socket = connect(port, host);
  socket.on('error', () => undefined);
  return socket;
}

function limitOf(pid: number): string {
  return /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '';
}

/** The state of a process in one letter (proc(5)). */
function stateOf(pid: number): string {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}
