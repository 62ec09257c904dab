import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A moment at which a processor of this machine did not run what was due. Milliseconds on the clock of the machine. */
export interface Pause {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds on the monotonic clock, which all processes of a machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const latencyFile = '/dev/cpu_dma_latency';

/** What this file and those who share processors out need and the machine does not give, with the way to get it. */
export function unmetNeeds(): readonly string[] {
  const mayAsk = process.getuid?.() === 0 && existsSync(latencyFile);
  return [
    ...(mayAsk ? [] : [`${latencyFile} and the right to go before other processes (Linux, as root)`]),
    ...(cpus().length > 1 ? [] : ['a second processor']),
  ];
}

/**
 * Asks the kernel to keep its processors from sleeping, as servers are set up where latency counts, until the answer is
 * called. On a virtual machine, waking one takes as long as a whole request.
 *
 * @throws {Error} without the right to ask for it
 */
export function keepProcessorsAwake(): () => void {
  const file = openSync(latencyFile, 'w');
  writeSync(file, new Int32Array([0]));
  return () => closeSync(file);
}

/**
 * Watches on each processor, before everything else that runs there, whether it runs when it is asked to: where it does
 * not, the machine was taken away from all that it carries.
 *
 * @throws {Error} when a watch ends by itself, such as without the right to go first
 */
export class PauseWatch {
  readonly pauses: Pause[] = [];
  readonly #watches: readonly ChildProcess[];
  readonly #ended: Promise<never>;
  #isStopped = false;

  /** @param seconds after which the watches end in any case */
  constructor(seconds: number) {
    const program = join(import.meta.dirname, 'watch-processor.ts');
    this.#watches = Array.from({ length: cpus().length }, (_, processor) =>
      spawn(
        'chrt',
        ['--fifo', '80', 'taskset', '--cpu-list', String(processor), process.execPath, program, String(seconds)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      ),
    );
    const { promise, reject } = Promise.withResolvers<never>();
    this.#ended = promise;
    promise.catch(() => undefined);
    for (const watch of this.#watches) {
      watch.once('error', reject);
      watch.once('close', () => {
        if (!this.#isStopped) reject(new Error('a processor is not watched any more'));
      });
      if (watch.stdout === null) throw new Error('a watch without an output');
      createInterface(watch.stdout).on('line', (line) => {
        const [from, to] = line.split(' ').map(Number);
        if (from !== undefined && to !== undefined) this.pauses.push({ from, to });
      });
    }
  }

  /** What the work gives, if all processors were watched all the time. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    return Promise.race([work(), this.#ended]);
  }

  /** All that was seen stands in `pauses` then. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const running = this.#watches.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(
      running.map((watch) => {
        const closed = new Promise((resolve) => watch.once('close', resolve));
        watch.kill('SIGKILL');
        return closed;
      }),
    );
  }
}
