import { gates } from './gates.ts';
import type { Obstacle } from './obstacle.ts';
import type { GovernanceFacts, Subject } from './subject.ts';

/**
 * Everything that stands between a plan or version and an environment at `now`. Starting a plan, explaining it and
 * showing it all use this one list.
 */
export function standing(subject: Subject, facts: GovernanceFacts, now: number): readonly Obstacle[] {
  return gates.flatMap((gate) => gate(subject, facts, now));
}

/** When nothing stands in the way any more if nobody does anything; null when somebody has to. */
export function earliestStart(subject: Subject, facts: GovernanceFacts, now: number): number | null {
  let at = now;
  for (let looks = 0; looks < 50; looks += 1) {
    const obstacles = standing(subject, facts, at);
    if (obstacles.length === 0) return at;
    const times = obstacles.map((each) => each.earliest);
    if (times.includes(null)) return null;
    at = Math.max(at + 1, ...times.filter((each) => each !== null));
  }
  return null;
}
