import { type Mutant, mutantNames } from './mutants.ts';
import { type Run, simulate } from './simulate.ts';

export interface Campaign {
  readonly runs: number;
  readonly wrong: readonly Run[];
  /** How often each thing happened in all runs together. */
  readonly counts: ReadonlyMap<string, number>;
  /** Kinds of things of which a campaign of this size must have seen some, and has not. */
  readonly missing: readonly string[];
}

/** From so many runs on, everything that can happen must have happened in one of them. */
const enoughToSeeEverything = 100;

const everyKind = [
  ...['server killed', 'agent killed', 'power cut', 'process stopped', 'database away', 'site cut off', 'weeks pass'],
  ...['storm', 'clock set', 'instance ended', 'instance hangs', 'old document replayed', 'document forged'],
  ...['steps fail to start', 'disks slow', 'killed in the middle', 'restored from a backup'],
].map((each) => `fault: ${each}`);
const everyEnd = ['succeeded', 'succeeded-with-warnings', 'failed', 'aborted', 'cancelled', 'returned', 'expired'].map(
  (each) => `plan ended: ${each}`,
);
const everythingElse = [
  ...['composed', 'promotion', 'restore', 'start', 'approve', 'edit', 'schedule', 'reject', 'pause', 'continue'],
  ...[
    'abort',
    'cancel',
    'set',
    'freeze',
    'thaw',
    'quarantine',
    'lift',
    'promote',
    'resume',
    'skip',
    'build',
    'return-ring',
  ],
].map((each) => `done: ${each}`);
const everySignal = [
  ...['answer lost', 'message lost', 'message late', 'message repeated', 'old document ignored'],
  ...[
    'old report ignored',
    'forged document ignored',
    'save refused: changed meanwhile',
    'interrupted step begun again',
  ],
  ...['instance recycled', 'step begun: migrate', 'step begun: verify', 'baseline started', 'a site stays away'],
  ...['ring passed', 'ring stopped', 'ring returned'],
];

/** Runs seeds one after the other. */
export function runSeeds(input: {
  readonly from: number;
  readonly seeds: number;
  readonly onRun?: (run: Run) => void;
}): Campaign {
  const wrong: Run[] = [];
  const counts = new Map<string, number>();
  for (let seed = input.from; seed < input.from + input.seeds; seed += 1) {
    const run = simulate({ seed });
    if (run.wrong !== undefined) wrong.push(run);
    for (const [kind, count] of run.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
    input.onRun?.(run);
  }
  const expected = [...everyKind, ...everyEnd, ...everythingElse, ...everySignal];
  const missing = input.seeds < enoughToSeeEverything ? [] : expected.filter((each) => !counts.has(each));
  return { runs: input.seeds, wrong, counts, missing };
}

export interface Hunt {
  readonly mutant: Mutant;
  /** How many seeds it took; undefined when none of them found it. */
  readonly seeds: number | undefined;
  readonly wrong: string | undefined;
}

/** Plants each bug in turn, and tries seeds until one of them finds it. */
export function huntMutants(input: {
  readonly from: number;
  readonly mostSeeds: number;
  readonly mutants?: readonly Mutant[];
  readonly onHunt?: (hunt: Hunt) => void;
}): readonly Hunt[] {
  return (input.mutants ?? mutantNames).map((mutant) => {
    const hunt = huntOne(mutant, input);
    input.onHunt?.(hunt);
    return hunt;
  });
}

function huntOne(mutant: Mutant, input: { readonly from: number; readonly mostSeeds: number }): Hunt {
  for (let tried = 1; tried <= input.mostSeeds; tried += 1) {
    const { wrong } = simulate({ seed: input.from + tried - 1, mutant });
    if (wrong !== undefined) return { mutant, seeds: tried, wrong };
  }
  return { mutant, seeds: undefined, wrong: undefined };
}
