import { createHash } from 'node:crypto';

/** What happened in a run, in sentences; its hash is equal for equal runs. */
export interface Story {
  readonly tell: (who: string, what: string) => void;
  /** Counts what happened, also where nothing is told of it. */
  readonly count: (kind: string) => void;
  readonly counts: () => ReadonlyMap<string, number>;
  /** The lines that are kept; all of them where the whole story was asked for, else the newest. */
  readonly lines: () => readonly string[];
  readonly hash: () => string;
}

const keptLines = 60;

export function createStory(input: { readonly now: () => number; readonly whole: boolean }): Story {
  const hash = createHash('sha256');
  const counts = new Map<string, number>();
  let lines: string[] = [];
  return {
    tell: (who, what) => {
      const line = `${timeWords(input.now())}  ${who.padEnd(14)} ${what}`;
      hash.update(`${line}\n`);
      lines.push(line);
      if (!input.whole && lines.length > 2 * keptLines) lines = lines.slice(-keptLines);
    },
    count: (kind) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    },
    counts: () => counts,
    lines: () => (input.whole ? lines : lines.slice(-keptLines)),
    hash: () =>
      hash
        .copy()
        .update(JSON.stringify([...counts]))
        .digest('hex')
        .slice(0, 16),
  };
}

/** Simulated time since the beginning, such as `day 2 07:01:12.345`. */
export function timeWords(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, '0');
  const rest = ms % 86_400_000;
  const clock = `${pad(rest / 3_600_000)}:${pad((rest / 60_000) % 60)}:${pad((rest / 1000) % 60)}.${pad(rest % 1000, 3)}`;
  return `day ${String(day).padStart(2)} ${clock}`;
}
