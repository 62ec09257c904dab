import type { HistoryEntry } from '@almanac/protocol';

/** A point on the time line: everything that one plan brought to its end at one time. */
export interface Moment {
  readonly at: string;
  readonly plan: number;
  readonly by: string;
  /** What changed, in words: `orders 1.0.0 → 1.1.0`. */
  readonly changes: readonly { readonly kind: HistoryEntry['kind']; readonly words: string }[];
}

/** Entries of an environment, newest first, as moments. */
export function momentsOf(entries: readonly HistoryEntry[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (const entry of entries) {
    const change = { kind: entry.kind, words: wordsOf(entry) };
    const last = moments.at(-1);
    if (last !== undefined && last.at === entry.at && last.plan === entry.plan.number)
      moments[moments.length - 1] = { ...last, changes: [...last.changes, change] };
    else moments.push({ at: entry.at, plan: entry.plan.number, by: entry.by, changes: [change] });
  }
  return moments;
}

function wordsOf(entry: HistoryEntry): string {
  const [before, after] = [entry.before?.label ?? 'nothing', entry.after?.label ?? 'nothing'];
  const name = entry.application.name;
  switch (entry.kind) {
    case 'deployed':
      return `${name} ${before} → ${after}`;
    case 'configured':
      return `${name} got settings`;
    case 'removed':
      return `${name} ${before} was taken out`;
    case 'failed':
      return `${name} ${after} failed; ${before} stayed`;
    case 'returned':
      return `${name} went back to ${before}`;
  }
}

/** The moment that was chosen: the newest that is not after it; null before the first that is shown. */
export function momentAt(moments: readonly Moment[], at: string): Moment | null {
  return moments.find((each) => Date.parse(each.at) <= Date.parse(at)) ?? null;
}

/** The mark with which a change is drawn. */
export const healthOfChange = {
  deployed: 'healthy',
  configured: 'healthy',
  removed: 'offline',
  failed: 'failed',
  returned: 'warning',
} as const satisfies Record<HistoryEntry['kind'], string>;
