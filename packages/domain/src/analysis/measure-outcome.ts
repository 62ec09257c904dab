import type { Reading } from './analysis.ts';
import type { Condition, ThresholdRule } from './metric.ts';

export type Outcome = 'success' | 'failure' | 'marginal';

export function holds(condition: Condition, value: number): boolean {
  if ('below' in condition) return value < condition.below;
  if ('above' in condition) return value > condition.above;
  const [from, to] = condition.between;
  return value >= from && value <= to;
}

/** What a value means by the conditions of a rule; with both, what is neither success nor failure is marginal. */
export function outcomeOf(rule: Pick<ThresholdRule, 'success' | 'failure'>, value: number): Outcome {
  const { success, failure } = rule;
  if (failure !== null && holds(failure, value)) return 'failure';
  if (success !== null && holds(success, value)) return 'success';
  if (success === null) return 'success';
  return failure === null ? 'failure' : 'marginal';
}

/** A reading that no provider may give is an error, and nothing out of nothing is no data. */
export function soundReading(reading: Reading): Reading {
  switch (reading.kind) {
    case 'value':
      return Number.isFinite(reading.value) ? reading : { kind: 'error', reason: 'the value is no finite number' };
    case 'rate':
      if (!isCount(reading.events) || !isCount(reading.of) || reading.events > reading.of)
        return { kind: 'error', reason: `${reading.events} of ${reading.of} is no share` };
      return reading.of === 0 ? { kind: 'no-data' } : reading;
    case 'count':
      if (!isCount(reading.events) || !(reading.exposure >= 0 && Number.isFinite(reading.exposure)))
        return { kind: 'error', reason: `${reading.events} in ${reading.exposure} s is no frequency` };
      return reading.exposure === 0 ? { kind: 'no-data' } : reading;
    case 'no-data':
    case 'error':
      return reading;
  }
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** The number that conditions are asked about; null where there is none. */
export function numberOf(reading: Reading): number | null {
  switch (reading.kind) {
    case 'value':
      return reading.value;
    case 'rate':
      return reading.events / reading.of;
    case 'count':
      return reading.events;
    case 'no-data':
    case 'error':
      return null;
  }
}

/** On how many requests a reading stands; what does not know counts as none. */
export function requestsOf(reading: Reading | null): number {
  if (reading?.kind === 'rate') return reading.of;
  return reading?.kind === 'value' ? (reading.requests ?? 0) : 0;
}
