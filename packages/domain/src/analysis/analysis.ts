import type { MetricSource } from './metric.ts';

/** From best to worst; the worst of several wins. */
export const verdicts = ['pass', 'marginal', 'insufficient-data', 'error', 'fail'] as const;
export type Verdict = (typeof verdicts)[number];

/** What a provider read of one version over one period. */
export type Reading =
  /** A level; `requests` is null where the provider does not know on how many it stands. */
  | { readonly kind: 'value'; readonly value: number; readonly requests: number | null }
  /** How many of `of` trials, such as requests, had it. */
  | { readonly kind: 'rate'; readonly events: number; readonly of: number }
  /** How often it happened in a time of exposure, in seconds of one instance. */
  | { readonly kind: 'count'; readonly events: number; readonly exposure: number }
  | { readonly kind: 'no-data' }
  | { readonly kind: 'error'; readonly reason: string };

/** Times are milliseconds since the epoch. */
export interface Measurement {
  readonly metric: string;
  /** Counts from 1; up to 0 for periods before the start, which tell what the baseline is like. */
  readonly number: number;
  readonly from: number;
  readonly until: number;
  /** Null where it was not asked for. */
  readonly candidate: Reading | null;
  readonly baseline: Reading | null;
}

/** A measurement to be taken now. It is wanted until it is there, so whoever takes it must know that it is under way. */
export interface WantedMeasurement {
  readonly metric: string;
  readonly source: MetricSource;
  readonly number: number;
  readonly from: number;
  readonly until: number;
  readonly sides: readonly ('candidate' | 'baseline')[];
}

/** What a gate will be able to see, said before it begins. Figures are differences, in the unit of the metric. */
export interface Foresight {
  /** The level that was found before. */
  readonly baseline: number;
  /** The smallest difference that it tells from none, nine times in ten; null when it tells none at all. */
  readonly detectable: number | null;
  /** The difference that it is to tell from none. */
  readonly allowed: number;
  /** Whether it can see what it promises. */
  readonly sees: boolean;
  /** How many measurements would do; null when no number does. */
  readonly enough: number | null;
}

/** What the judge found at one look. Figures are differences to the baseline, in the unit of the metric. */
export interface Judgement {
  /** Counts from 1. */
  readonly look: number;
  /** A look before the last one finds what is worse, or nothing. */
  readonly last: boolean;
  readonly method: 'shift' | 'binomial' | 'poisson';
  readonly samples: number;
  readonly baseline: number;
  readonly difference: number;
  /** The interval in which the difference lies; null where it has no end on that side. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Within what it has to lie; null where any difference that way is welcome. */
  readonly allowedFrom: number | null;
  readonly allowedTo: number | null;
  /** By how much more the figures vary than independent ones would: 1 not at all. */
  readonly inflation: number;
  /** How likely such figures are when the difference is just what is allowed. */
  readonly probability: number;
  /** How unlikely they have to be to count as a failure at this look. */
  readonly level: number;
  /** `worse`: beyond what is allowed. `within`: not beyond. `suspect`: worse, perhaps within. `unclear`: nothing is shown. */
  readonly finding: 'worse' | 'within' | 'suspect' | 'unclear';
  /** SHA-256 of what was judged and what was found: the same figures give the same. */
  readonly hash: string;
}

/** One metric so far. */
export interface MetricProgress {
  readonly metric: string;
  /** The number of the measurement that comes next, and when it is due. */
  readonly next: number;
  readonly dueAt: number;
  /** From where the period of the next measurement is counted while periods had too few requests; null otherwise. */
  readonly growingFrom: number | null;
  readonly successes: number;
  readonly failures: number;
  readonly marginals: number;
  readonly withoutData: number;
  readonly errors: number;
  readonly errorsInRow: number;
  readonly successesInRow: number;
  readonly lastError: string | null;
  /** The last ten; of a comparison all that brought data. */
  readonly measurements: readonly Measurement[];
  /** What the baseline was like before the start; null for a period that is still to be read. */
  readonly before: readonly (Reading | null)[];
  readonly foresight: Foresight | null;
  readonly judgements: readonly Judgement[];
}

/** A verdict once given is never changed and never taken back. */
export interface GivenVerdict {
  /** Null for the analysis as a whole. */
  readonly metric: string | null;
  readonly verdict: Verdict;
  /** For people: on what it stands. */
  readonly reason: string;
  readonly at: number;
  /** SHA-256 of what it stands on: the same figures and the same verdict give the same, whenever that is. */
  readonly hash: string;
}

/** Durable state of one analysis. */
export interface Analysis {
  readonly startedAt: number;
  /** The candidate's share of all requests while it is analysed; null when nobody knows. */
  readonly share: number | null;
  /** In the order of the metrics of its specification. */
  readonly metrics: readonly MetricProgress[];
  readonly verdicts: readonly GivenVerdict[];
}

/** What there is to do after a step. */
export interface AdvancedAnalysis {
  readonly analysis: Analysis;
  /** Null while it is not decided. */
  readonly verdict: Verdict | null;
  /** The worst that is known so far, so that nothing goes further meanwhile; null while nothing is. */
  readonly worst: Verdict | null;
  readonly wanted: readonly WantedMeasurement[];
  /** When the next measurement is due; null when none is. */
  readonly wakeAt: number | null;
}
