import { machineNow, type Pause, PauseWatch } from './machine-pauses.ts';
import { type Answered, steadyLoad, warmUpSeconds } from './steady-load.ts';

/** What this program prints: of one steady load, with and without what was asked around a pause of the machine. */
export interface Report {
  readonly all: Latencies;
  readonly undisturbed: Latencies;
  /** Requests asked around a pause, of all. */
  readonly disturbedPart: number;
}

/** Milliseconds. */
export interface Latencies {
  readonly median: number;
  readonly p99: number;
}

/** A watch that wakes late tells when a pause ended, not when it began: a machine is taken away in several pieces. */
const beforeMs = 5;
/** Until a queue that built up in a pause is gone at half load, for whoever is measured. */
const afterMs = 15;

const [port, host, perSecond, seconds] = process.argv.slice(2);
const watch = new PauseWatch(Number(seconds) + warmUpSeconds + 60);
const clockDifference = machineNow() - performance.now();
let answered: readonly Answered[];
try {
  answered = await watch.during(() =>
    steadyLoad({ port: Number(port), host: String(host), perSecond: Number(perSecond), seconds: Number(seconds) }),
  );
} finally {
  await watch.stop();
}
const undisturbed = answered.filter(({ dueAt }) => !isAroundAPause(dueAt + clockDifference, watch.pauses));
const report: Report = {
  all: latenciesOf(answered),
  undisturbed: latenciesOf(undisturbed),
  disturbedPart: 1 - undisturbed.length / answered.length,
};
console.log(JSON.stringify(report));

function isAroundAPause(at: number, pauses: readonly Pause[]): boolean {
  return pauses.some(({ from, to }) => at > from - beforeMs && at < to + afterMs);
}

function latenciesOf(answered: readonly Answered[]): Latencies {
  const sorted = Float64Array.from(answered, ({ latency }) => latency).toSorted();
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99) };
}
