import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity, stopGroup, writeDurably } from '@almanac/host';

/** Which processes the launcher started, on disk, so that the next launcher finds what a killed one left. */
export interface PartRecords {
  readonly remember: (name: string, pid: number) => void;
  readonly forget: (name: string) => void;
  /** Ends what an earlier launcher left running; gives the names. Sites are not among them: their agent adopts them. */
  readonly stopLeftovers: (names: readonly string[]) => Promise<readonly string[]>;
}

/** Opens the records in a directory. */
export function openPartRecords(directory: string): PartRecords {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fileOf = (name: string) => join(directory, `${name}.pid`);
  return {
    remember: (name, pid) => {
      const identity = processIdentity(pid);
      if (identity !== undefined) void writeDurably(fileOf(name), `${identity.pid} ${identity.startTime}\n`);
    },
    forget: (name) => rmSync(fileOf(name), { force: true }),
    stopLeftovers: async (names) => {
      const stopped: string[] = [];
      for (const name of names) {
        const identity = read(fileOf(name));
        if (identity !== undefined && isAlive(identity)) {
          await stopGroup(identity, { graceMs: 10_000 });
          stopped.push(name);
        }
        rmSync(fileOf(name), { force: true });
      }
      return stopped;
    },
  };
}

function read(file: string): { readonly pid: number; readonly startTime: string } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, startTime] = text.trim().split(' ');
  return startTime === undefined ? undefined : { pid: Number(pid), startTime };
}
