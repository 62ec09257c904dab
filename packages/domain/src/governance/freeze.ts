import { type Calendar, freeAfter, spanAt } from './calendar.ts';

export interface Freeze {
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly from: number;
  /** Null until it is lifted. */
  readonly until: number | null;
  /** When it holds between these two; null when all the time. */
  readonly calendar: Calendar | null;
}

/** The freeze that holds now, in words; null when none does. */
export function frozenNow(freezes: readonly Freeze[], now: number): string | null {
  const [first] = freezes.filter((each) => holds(each, now));
  return first === undefined ? null : `${first.name}: ${first.reason}`;
}

/** Whether a freeze holds at `now`. */
export function holds(freeze: Freeze, now: number): boolean {
  if (now < freeze.from || (freeze.until !== null && now >= freeze.until)) return false;
  return freeze.calendar === null || spanAt(freeze.calendar, now) !== null;
}

/** When a freeze that holds now ends by itself; null when it does not. */
export function thaw(freeze: Freeze, now: number): number | null {
  if (freeze.calendar === null) return freeze.until;
  const free = freeAfter([freeze.calendar], now);
  if (free === null || freeze.until === null) return free ?? freeze.until;
  return Math.min(free, freeze.until);
}
