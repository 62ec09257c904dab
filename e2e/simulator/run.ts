// Simulates whole estates: `npm run simulate -- [--seeds N] [--from S] [--seed S --trace] [--mutants [NAME …]] [--json]`.
// Exit status 1 when a rule was broken, when a bug that was planted was not found, or when too little happened.
import { parseArgs } from 'node:util';
import { huntMutants, runSeeds } from './campaign.ts';
import { type Mutant, mutantNames, mutants } from './mutants.ts';
import { type Run, simulate } from './simulate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const from = wholeNumber('from', values.from);

if (values.mutants) hunt();
else if (values.seed !== undefined) tellOne(wholeNumber('seed', values.seed), knownMutant(values.mutant));
else campaign(wholeNumber('seeds', values.seeds ?? '200'));

/** One seed; with `--trace` as the story that it is. */
function tellOne(seed: number, mutant: Mutant | undefined): void {
  const run = simulate({ seed, whole: values.trace, ...(mutant === undefined ? {} : { mutant }) });
  if (values.trace) console.log(run.story.join('\n'));
  console.log(`seed ${seed}: ${run.wrong ?? 'every rule held'} (trace ${run.hash})`);
  if (run.wrong !== undefined) process.exitCode = 1;
}

function campaign(seeds: number): void {
  const started = process.cpuUsage();
  const { wrong, missing, counts } = runSeeds({
    from,
    seeds,
    onRun: (run) => run.wrong !== undefined && tellWrong(run),
  });
  const used = process.cpuUsage(started);
  const cpuMs = (used.user + used.system) / 1000;
  if (values.json) console.log(JSON.stringify({ seeds, from, wrong: wrong.map(({ seed }) => seed), missing, cpuMs }));
  else {
    for (const [kind, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      console.log(`  ${kind}: ${count}`);
    console.log(
      `${seeds} seeds from ${from}, ${((seeds * 1000) / cpuMs).toFixed(1)} for each second of processor time`,
    );
    console.log(wrong.length === 0 ? 'every rule held' : `WRONG: ${wrong.length} seeds`);
    if (missing.length > 0) console.log(`NOTHING IS PROVEN of: ${missing.join(', ')}`);
  }
  if (wrong.length > 0 || missing.length > 0) process.exitCode = 1;
}

function tellWrong({ seed, wrong }: Run): void {
  console.error(`seed ${seed}: ${wrong}\n  npm run simulate -- --seed ${seed} --trace`);
}

function hunt(): void {
  const chosen = positionals.length === 0 ? mutantNames : positionals.map((each) => knownMutant(each) ?? refuse(each));
  const hunts = huntMutants({
    from,
    mostSeeds: wholeNumber('seeds', values.seeds ?? '100'),
    mutants: chosen,
    onHunt: ({ mutant, seeds, wrong }) => {
      if (values.json) console.log(JSON.stringify({ mutant, seeds, wrong }));
      else
        console.log(
          seeds === undefined
            ? `SURVIVED  ${mutant}: ${mutants[mutant]}`
            : `${String(seeds).padStart(4)} seeds  ${mutant}: ${wrong}`,
        );
    },
  });
  const survived = hunts.filter((each) => each.seeds === undefined);
  if (!values.json) console.log(`${hunts.length - survived.length} of ${hunts.length} planted bugs were found`);
  if (survived.length > 0) process.exitCode = 1;
}

function knownMutant(name: string | undefined): Mutant | undefined {
  if (name === undefined) return undefined;
  return mutantNames.find((each) => each === name) ?? refuse(name);
}

function refuse(name: string): never {
  console.error(`There is no mutant ${name}; there are ${mutantNames.join(', ')}.`);
  process.exit(2);
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${option} takes a whole number, not ${text}`);
  process.exit(2);
}
