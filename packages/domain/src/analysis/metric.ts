/** Where the figures of a metric come from, and which. */
export type MetricSource =
  /** What the gateway counted: requests per second, the share of errors, or a quantile of latency in milliseconds. */
  | { readonly provider: 'gateway'; readonly of: 'requests' | 'error-rate' }
  | { readonly provider: 'gateway'; readonly of: 'latency'; readonly quantile: number }
  /** Of the processes, the mean over the instances: processor in cores, memory in bytes; or restarts in all. */
  | { readonly provider: 'process'; readonly of: 'cpu' | 'memory' | 'restarts' }
  /**
   * A query whose answer is one number. In it, and in addresses, `{{application}}`, `{{build}}`, `{{version}}` (the label that
   * instances know as ALMANAC_VERSION) and `{{window}}` (the period in seconds) are filled in.
   */
  | { readonly provider: 'prometheus'; readonly address: string; readonly query: string }
  /** A JSON document; the path leads to a number, as in `data.queues.0.length`. */
  | { readonly provider: 'web'; readonly address: string; readonly path: string };

/** What holds of a number; there is no other language than this. */
export type Condition =
  | { readonly below: number }
  | { readonly above: number }
  /** Both ends belong to it. */
  | { readonly between: readonly [number, number] };

/** Judges each measurement of the candidate by itself. At least one of the conditions is given. */
export interface ThresholdRule {
  readonly kind: 'threshold';
  readonly success: Condition | null;
  readonly failure: Condition | null;
  /** How many measurements may fail; null when any number may, and `successesInRow` decides alone. */
  readonly failures: number | null;
  /** How many may be neither success nor failure. */
  readonly marginals: number;
  /** So many successes in a row are enough; null when the count decides. */
  readonly successesInRow: number | null;
}

/** Judges the candidate against the baseline over the same periods. */
export interface ComparisonRule {
  readonly kind: 'comparison';
  /** Which way is worse. */
  readonly worse: 'higher' | 'lower' | 'either';
  /** The change that is still allowed, as a share of the baseline: 0.1 is ten per cent. */
  readonly allowed: number;
  /**
   * A level that is good enough whatever the baseline has: a share of errors of 0.001, a latency of 20. Null when there is
   * none. What seldom happens, such as errors, cannot be compared without.
   */
  readonly goodEnough: number | null;
  /** Of the interval, both sides together: 0.98 allows one false alarm in a hundred on each side. */
  readonly confidence: number;
}

/** One thing that is watched while a version proves itself. Durations in seconds. */
export interface MetricSpec {
  readonly name: string;
  readonly source: MetricSource;
  readonly rule: ThresholdRule | ComparisonRule;
  /** From one measurement to the next, and the period that one covers. */
  readonly interval: number;
  readonly initialDelay: number;
  /** How many measurements; null when it goes on until the analysis is ended. Comparisons have a number. */
  readonly count: number | null;
  /** How many more there may be while data is missing. */
  readonly extension: number;
  /** So many measurements must have brought data before anything but a failure is concluded; null when all `count`. */
  readonly minSamples: number | null;
  /**
   * Requests that a conclusion stands on: the period of a measurement against thresholds grows until it has so many; a
   * comparison waits until either side has so many in all.
   */
  readonly minRequests: number;
  /** How many measurements in a row may end in an error. */
  readonly errorsInRow: number;
  /** When it is not, its failure holds the rollout instead of ending it. */
  readonly critical: boolean;
}

/** What has to be shown before a version goes further. */
export interface AnalysisSpec {
  readonly metrics: readonly MetricSpec[];
  /** What comparisons are made against: what runs, or instances of the same version that were started for it. */
  readonly baseline: 'stable' | 'fresh';
  /** How often comparisons are looked at, the end included; a look before the end can only find a failure. */
  readonly looks: number;
}
