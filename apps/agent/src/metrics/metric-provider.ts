import type { MetricSource, Reading } from '@almanac/domain';

/** Whose figures are read: one side of an analysis. */
export interface MeasuredVersion {
  /** Name of the application. */
  readonly application: string;
  /** How the gateway and the process samples call it: its operation, or what a fresh baseline of it is called. */
  readonly version: string;
  readonly build: string;
  /** What people call the build; its instances know it as ALMANAC_VERSION. */
  readonly label: string;
}

/** A period of the agent's steady clock, in milliseconds. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

export interface MetricQuestion<Source extends MetricSource = MetricSource> {
  readonly source: Source;
  readonly measured: MeasuredVersion;
  readonly period: Period;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Where figures come from; the seam for providers that come as plugins. A provider says what it read, that there was
 * nothing to read (`no-data`, never 0), or throws with a sentence, which becomes an error of the measurement.
 */
export interface MetricProvider<Source extends MetricSource = MetricSource> {
  readonly read: (question: MetricQuestion<Source>) => Promise<Reading>;
  /** The same for several periods of one length, with one question where the source can; the answers in their order. */
  readonly readAll?: (
    question: Omit<MetricQuestion<Source>, 'period'> & { readonly periods: readonly Period[] },
  ) => Promise<readonly Reading[]>;
}

type SourceOf<Provider extends MetricSource['provider']> = Extract<MetricSource, { provider: Provider }>;

export type MetricProviders = {
  readonly [Provider in MetricSource['provider']]: MetricProvider<SourceOf<Provider>>;
};
