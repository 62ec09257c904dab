import { EventQueue } from './event-queue.ts';

/** Something that runs and may die at any of its pauses: each `yield` gives how many milliseconds it waits. */
export type Work<Result = void> = Generator<number, Result, void>;

/** What dies as a whole: a server node, an agent. Its work is gone with it. */
export interface Process {
  readonly name: string;
  readonly alive: () => boolean;
  /** How often it was revived: what belonged to an earlier life is gone, however soon the next one began. */
  readonly life: () => number;
  /** Begins a piece of work; what it throws is the end of the run. */
  readonly spawn: (work: Work) => void;
  /** Ends all of its work wherever it pauses; never called by that work itself. */
  readonly kill: () => void;
  readonly revive: () => void;
  /** Does nothing until then, as a process that was stopped. */
  readonly pause: (ms: number) => void;
}

/** Simulated time, and everything that is to happen in it. */
export interface Kernel {
  /** Milliseconds since the run began. */
  readonly now: () => number;
  /** The same without the time that was leapt over. */
  readonly elapsed: () => number;
  readonly after: (ms: number, run: () => void) => void;
  readonly createProcess: (name: string) => Process;
  /** Lets so much time pass in which nothing happens. */
  readonly leap: (ms: number) => void;
  /** Asked before any work of a process goes on; whoever answers true has killed it there. */
  readonly interruptWith: (interrupt: (process: Process) => boolean) => void;
  /** Lets the next event happen; false when there is none. */
  readonly next: () => boolean;
}

export function createKernel(): Kernel {
  const queue = new EventQueue();
  let now = 0;
  let leapt = 0;
  let turns = 0;
  let interrupt: (process: Process) => boolean = () => false;
  const after: Kernel['after'] = (ms, run) => {
    turns += 1;
    queue.add({ at: now + ms, turn: turns, run });
  };
  return {
    now: () => now,
    elapsed: () => now - leapt,
    after,
    createProcess: (name) => createProcess({ name, now: () => now, after, interrupt: (process) => interrupt(process) }),
    interruptWith: (given) => {
      interrupt = given;
    },
    leap: (ms) => {
      now += ms;
      leapt += ms;
      queue.shift(ms);
    },
    next: () => {
      const event = queue.take();
      if (event === undefined) return false;
      now = Math.max(now, event.at);
      event.run();
      return true;
    },
  };
}

function createProcess(input: {
  readonly name: string;
  readonly now: () => number;
  readonly after: Kernel['after'];
  readonly interrupt: (process: Process) => boolean;
}): Process {
  const works = new Set<Work>();
  let alive = true;
  let life = 0;
  let pausedUntil = 0;
  const goOn = (work: Work): void => {
    if (!works.has(work)) return;
    if (input.now() < pausedUntil) {
      input.after(pausedUntil - input.now(), () => goOn(work));
      return;
    }
    if (input.interrupt(process)) return;
    const step = work.next();
    if (step.done === true) works.delete(work);
    else if (works.has(work)) input.after(step.value, () => goOn(work));
  };
  const process: Process = {
    name: input.name,
    alive: () => alive,
    life: () => life,
    spawn: (work) => {
      if (!alive) return;
      works.add(work);
      input.after(0, () => goOn(work));
    },
    kill: () => {
      alive = false;
      const ended = [...works];
      works.clear();
      for (const work of ended) work.return();
    },
    revive: () => {
      alive = true;
      life += 1;
      pausedUntil = 0;
    },
    pause: (ms) => {
      pausedUntil = input.now() + ms;
    },
  };
  return process;
}
