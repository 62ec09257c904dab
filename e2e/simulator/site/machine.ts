import type { Chance } from '../kernel/chance.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { createDisk, type Disk } from './disk.ts';

/** A process of the machine: an instance of an application or one of its steps. It outlives the agent. */
export interface Running {
  readonly id: string;
  readonly kind: 'instance' | 'step';
  readonly operation: string;
  /** Null while it runs. */
  exitCode: number | null;
  ready: boolean;
  /** Answers its health check no more. */
  hangs: boolean;
  stopping: boolean;
}

export interface StartInput {
  readonly id: string;
  readonly kind: Running['kind'];
  readonly operation: string;
  /** Milliseconds until it is ready, or has ended with that status; null for never. */
  readonly readyAfter: number | null;
  readonly endAfter: { readonly ms: number; readonly exitCode: number } | null;
  readonly onEnd?: (exitCode: number) => void;
}

/** One host: its disk and the processes that run on it. */
export interface Machine {
  readonly disk: Disk;
  readonly running: ReadonlyMap<string, Running>;
  readonly start: (input: StartInput) => void;
  /** Ends a process, which takes as long as it takes. */
  readonly stop: (id: string, ms: number) => void;
  /** Ends a process at once, without a status where it is a step. */
  readonly kill: (id: string) => void;
  readonly forget: (id: string) => void;
  readonly find: (id: string) => Running | undefined;
  /** The lights go out: every process is gone, and of the disk what was not synced. */
  readonly powerCut: () => void;
  /** How far its clock is off, in milliseconds. */
  skew: number;
  readonly onChange: (listener: () => void) => void;
}

export function createMachine(kernel: Kernel, chance: Chance): Machine {
  const running = new Map<string, Running>();
  const disk = createDisk(chance);
  let listener: () => void = () => undefined;
  const later = (process: Running, ms: number, act: () => void) =>
    kernel.after(ms, () => {
      if (running.get(process.id) !== process || process.exitCode !== null) return;
      act();
      listener();
    });
  return {
    disk,
    running,
    skew: 0,
    find: (id) => running.get(id),
    onChange: (given) => {
      listener = given;
    },
    start: ({ id, kind, operation, readyAfter, endAfter, onEnd }) => {
      const process: Running = { id, kind, operation, exitCode: null, ready: false, hangs: false, stopping: false };
      running.set(id, process);
      if (readyAfter !== null)
        later(process, readyAfter, () => {
          process.ready = true;
        });
      if (endAfter !== null)
        later(process, endAfter.ms, () => {
          process.exitCode = endAfter.exitCode;
          onEnd?.(endAfter.exitCode);
        });
    },
    stop: (id, ms) => {
      const process = running.get(id);
      if (process === undefined || process.stopping) return;
      process.stopping = true;
      later(process, ms, () => {
        process.exitCode = 143;
      });
    },
    kill: (id) => {
      const process = running.get(id);
      if (process === undefined || process.exitCode !== null) return;
      if (process.kind === 'step') running.delete(id);
      else process.exitCode = 137;
      listener();
    },
    forget: (id) => {
      running.delete(id);
    },
    powerCut: () => {
      running.clear();
      disk.powerCut();
    },
  };
}
