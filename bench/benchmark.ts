/** One figure of a benchmark: ours and the competitor's, measured in turn in the same run. */
export interface Figure {
  readonly figure: string;
  readonly unit: string;
  /** One value for each turn. */
  readonly values: readonly number[];
  /** What it must hold; absent for figures that only inform. */
  readonly bar?: { readonly words: string; readonly holds: (median: number) => boolean };
}

export interface Benchmark {
  readonly name: string;
  /** What is compared with what, and why it is fair. */
  readonly about: string;
  /** What is missing on this machine to run it, with the way to get it; it is left out then, visibly. */
  readonly needs?: () => readonly string[];
  readonly run: () => Promise<readonly Figure[]>;
}

/** A figure as it is printed with `--json`. */
export interface FigureReport {
  readonly bench: string;
  readonly figure: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly bar: string | null;
  readonly holds: boolean | null;
}

export function reportFigure(bench: string, figure: Figure): FigureReport {
  const sorted = figure.values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (median === undefined || min === undefined || max === undefined)
    throw new Error(`${bench}: ${figure.figure} was not measured`);
  return {
    bench,
    figure: figure.figure,
    median,
    min,
    max,
    unit: figure.unit,
    bar: figure.bar?.words ?? null,
    holds: figure.bar?.holds(median) ?? null,
  };
}
