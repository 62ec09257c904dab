import type { Measurement, MetricSource, Reading, WantedMeasurement } from '@almanac/domain';
import { sentenceOf } from '@almanac/host';
import type { MeasuredVersion, MetricProvider, MetricProviders, Period } from './metric-provider.ts';

export interface MeterQuestion {
  /** Names the analysis among all of this site. */
  readonly analysis: string;
  readonly wanted: readonly WantedMeasurement[];
  readonly candidate: MeasuredVersion;
  /** What is compared with; for periods before the start it is what ran then. */
  readonly baseline: { readonly before: MeasuredVersion; readonly during: MeasuredVersion } | null;
}

/** Takes measurements beside the site's loop, which never waits for them. */
export interface AnalysisMeter {
  /** Begins what is wanted and not under way, and gives what has ended since it was asked last. */
  readonly measure: (question: MeterQuestion) => readonly Measurement[];
  /** An analysis is over: what is under way for it is of no use any more. */
  readonly forget: (analysis: string) => void;
}

/** A provider that takes longer does not know. */
const usualPatienceMs = 10_000;
/** So many questions at once; others wait for their turn. */
const parallel = 4;

/** What is asked of one provider in one go: one measurement, or all periods before the start. */
interface Task {
  readonly wanted: readonly WantedMeasurement[];
  readonly question: MeterQuestion;
  readonly stop: AbortController;
}

/** The measurements of one analysis that are under way, and those that ended. */
interface Course {
  readonly begun: Set<string>;
  readonly stop: AbortController;
  ended: Measurement[];
}

export function createAnalysisMeter(input: {
  readonly providers: MetricProviders;
  /** Told when a measurement has ended, so that the loop takes it up. */
  readonly onMeasured: () => void;
  readonly patienceMs?: number;
}): AnalysisMeter {
  const { providers, onMeasured, patienceMs = usualPatienceMs } = input;
  const courses = new Map<string, Course>();
  const waiting: Task[] = [];
  let active = 0;
  const begin = async ({ wanted, question, stop }: Task): Promise<void> => {
    const measurements = await takeMeasurements({ providers, wanted, question, stop: stop.signal, patienceMs });
    // Whoever forgot the analysis meanwhile does not want to hear of it.
    if (stop.signal.aborted) return;
    courses.get(question.analysis)?.ended.push(...measurements);
    onMeasured();
  };
  const goOn = (): void => {
    while (active < parallel) {
      const task = waiting.shift();
      if (task === undefined) return;
      if (task.stop.signal.aborted) continue;
      active += 1;
      void begin(task).finally(() => {
        active -= 1;
        goOn();
      });
    }
  };
  return {
    measure: (question) => {
      const course = courses.get(question.analysis) ?? { begun: new Set(), stop: new AbortController(), ended: [] };
      courses.set(question.analysis, course);
      const { ended } = course;
      course.ended = [];
      const news = question.wanted.filter((each) => !course.begun.has(nameOf(each)));
      for (const each of news) course.begun.add(nameOf(each));
      for (const each of ended) course.begun.delete(nameOf(each));
      for (const wanted of inTasks(news)) waiting.push({ wanted, question, stop: course.stop });
      goOn();
      return ended;
    },
    forget: (analysis) => {
      courses.get(analysis)?.stop.abort();
      courses.delete(analysis);
    },
  };
}

function nameOf({ metric, number }: { readonly metric: string; readonly number: number }): string {
  return `${metric} ${number}`;
}

/** Periods before the start are asked for together, others by themselves. */
function inTasks(wanted: readonly WantedMeasurement[]): readonly (readonly WantedMeasurement[])[] {
  const before = Map.groupBy(
    wanted.filter((each) => each.number <= 0),
    (each) => each.metric,
  );
  return [...before.values(), ...wanted.filter((each) => each.number > 0).map((each) => [each])];
}

async function takeMeasurements(input: {
  readonly providers: MetricProviders;
  readonly wanted: readonly WantedMeasurement[];
  readonly question: MeterQuestion;
  readonly stop: AbortSignal;
  readonly patienceMs: number;
}): Promise<readonly Measurement[]> {
  const { providers, wanted, question, stop, patienceMs } = input;
  const [first] = wanted;
  if (first === undefined) return [];
  const { source, sides } = first;
  // Its source says which provider it is for; the table of providers is typed by that.
  const provider = providers[source.provider] as MetricProvider;
  const periods = wanted.map(({ from, until }) => ({ from, until }));
  const baseline = first.number <= 0 ? question.baseline?.before : question.baseline?.during;
  const read = (side: 'candidate' | 'baseline', measured: MeasuredVersion | undefined) =>
    sides.includes(side) && measured !== undefined
      ? readPeriods({ provider, source, measured, periods, stop, patienceMs })
      : undefined;
  const [ofCandidate, ofBaseline] = await Promise.all([
    read('candidate', question.candidate),
    read('baseline', baseline),
  ]);
  return wanted.map(({ metric, number, from, until }, index) => {
    const candidate = ofCandidate?.[index] ?? null;
    return { metric, number, from, until, candidate, baseline: ofBaseline?.[index] ?? null };
  });
}

/** Readings of one side; whatever goes wrong is an error of each, never a value. */
async function readPeriods(input: {
  readonly provider: MetricProvider;
  readonly source: MetricSource;
  readonly measured: MeasuredVersion;
  readonly periods: readonly Period[];
  readonly stop: AbortSignal;
  readonly patienceMs: number;
}): Promise<readonly Reading[]> {
  const { provider, source, measured, periods, stop, patienceMs } = input;
  const timeout = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([timeout, stop]);
  const readAll =
    provider.readAll ??
    (({ periods: each, ...question }) => Promise.all(each.map((period) => provider.read({ ...question, period }))));
  try {
    return await orAborted(readAll({ source, measured, periods, signal }), signal);
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${patienceMs / 1000} s` : sentenceOf(error);
    return periods.map(() => ({ kind: 'error', reason }));
  }
}

/** A provider that does not listen to its signal is not waited for either. */
function orAborted<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('nobody waits for the answer')), { once: true });
    answer.then(resolve, reject);
  });
}
