/** Monday, 5 January 2026, 08:00 UTC: what clocks show when a run begins. */
export const beginning = 1_767_600_000_000;

/** A simulated time as clocks that are right show it. */
export function instantOf(ms: number): string {
  return new Date(beginning + ms).toISOString();
}
