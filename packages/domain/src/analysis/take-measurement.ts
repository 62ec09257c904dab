import type { Measurement, MetricProgress, Reading } from './analysis.ts';
import { numberOf, outcomeOf, requestsOf, soundReading } from './measure-outcome.ts';
import type { MetricSpec } from './metric.ts';

/** After an error the next try comes so soon, whatever the interval is. */
export const retryMs = 10_000;
/** How many measurements against thresholds are kept for people to see. */
const keptForPeople = 10;

/** Takes up a measurement when it is the one that is waited for; any other was taken up before, or is of another analysis. */
export function takeMeasurement(input: {
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly measurement: Measurement;
  readonly now: number;
}): MetricProgress {
  const { metric, progress, measurement, now } = input;
  if (measurement.metric !== metric.name) return progress;
  if (measurement.number <= 0) return takeBefore(progress, measurement);
  if (measurement.number !== progress.next) return progress;
  const sound: Measurement = {
    ...measurement,
    candidate: soundReading(measurement.candidate ?? { kind: 'no-data' }),
    baseline: metric.rule.kind === 'comparison' ? soundReading(measurement.baseline ?? { kind: 'no-data' }) : null,
  };
  const taken = {
    ...keep(metric, progress, sound),
    next: progress.next + 1,
    dueAt: sound.until + metric.interval * 1000,
    growingFrom: null,
    errorsInRow: 0,
  };
  const fault = faultOf(sound);
  if (fault === null && hasData(metric, sound)) return countOutcome(metric, taken, sound);
  // The period that follows one without enough requests begins where that one began.
  const unused = { ...taken, growingFrom: metric.rule.kind === 'threshold' ? sound.from : null, successesInRow: 0 };
  if (fault === null) return { ...unused, withoutData: progress.withoutData + 1 };
  return {
    ...unused,
    dueAt: now + retryMs,
    errors: progress.errors + 1,
    errorsInRow: progress.errorsInRow + 1,
    lastError: fault,
  };
}

/** Of a comparison every measurement with data is a success: whether it is good is for the judge to say. */
function countOutcome(metric: MetricSpec, progress: MetricProgress, measurement: Measurement): MetricProgress {
  const value = measurement.candidate === null ? null : numberOf(measurement.candidate);
  const outcome = metric.rule.kind === 'comparison' || value === null ? 'success' : outcomeOf(metric.rule, value);
  switch (outcome) {
    case 'success':
      return { ...progress, successes: progress.successes + 1, successesInRow: progress.successesInRow + 1 };
    case 'failure':
      return { ...progress, failures: progress.failures + 1, successesInRow: 0 };
    case 'marginal':
      return { ...progress, marginals: progress.marginals + 1, successesInRow: 0 };
  }
}

function takeBefore(progress: MetricProgress, measurement: Measurement): MetricProgress {
  const index = -measurement.number;
  if (progress.before[index] !== null) return progress;
  const reading: Reading = soundReading(measurement.baseline ?? { kind: 'no-data' });
  return { ...progress, before: progress.before.with(index, reading) };
}

function keep(metric: MetricSpec, progress: MetricProgress, measurement: Measurement): MetricProgress {
  if (metric.rule.kind === 'comparison') {
    if (!hasData(metric, measurement)) return progress;
    return { ...progress, measurements: [...progress.measurements, measurement] };
  }
  return { ...progress, measurements: [...progress.measurements, measurement].slice(-keptForPeople) };
}

/** Why a measurement is an error; null when it is none. Sides of different kinds cannot be compared. */
function faultOf({ candidate, baseline }: Measurement): string | null {
  for (const side of [candidate, baseline]) if (side?.kind === 'error') return side.reason;
  if (candidate === null || baseline === null) return null;
  if (candidate.kind === baseline.kind || candidate.kind === 'no-data' || baseline.kind === 'no-data') return null;
  return `a ${candidate.kind} cannot be compared with a ${baseline.kind}`;
}

function hasData(metric: MetricSpec, { candidate, baseline }: Measurement): boolean {
  if (candidate === null || numberOf(candidate) === null) return false;
  if (metric.rule.kind === 'comparison') return baseline !== null && numberOf(baseline) !== null;
  return requestsOf(candidate) >= metric.minRequests;
}
