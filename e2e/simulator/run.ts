import { simulate } from './simulate.ts';
const started = process.cpuUsage();
for (let seed = Number(process.argv[2]); seed < Number(process.argv[3]); seed += 1) {
  const run = simulate({ seed, whole: process.argv[4] === 'trace' });
  if (process.argv[4] === 'trace') console.log(run.story.join('\n'));
  if (run.wrong !== undefined) console.log(seed, run.wrong);
  if (process.argv[4]!==undefined) console.log(run.hash, Object.fromEntries([...run.counts].toSorted()), run.simulatedMs);
}
const used = process.cpuUsage(started);
console.log((used.user + used.system) / 1e3, 'ms');
