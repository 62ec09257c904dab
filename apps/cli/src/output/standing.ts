import type { Standing } from '@almanac/protocol';

/** Everything that stands in the way, for people: what, who can act, what they would do, and when it passes by itself. */
export function standingLines(standing: Standing, nothing: string): readonly string[] {
  if (standing.obstacles.length === 0) return [nothing];
  return [
    ...standing.obstacles.flatMap((each) => [
      `  ▲ ${each.detail}`,
      `      who: ${each.owner}`,
      `      next: ${each.action}`,
      ...(each.earliest === null ? [] : [`      passes by itself: ${each.earliest}`]),
    ]),
    standing.earliest === null
      ? 'Somebody has to act before it can begin.'
      : `It can begin by itself at ${standing.earliest}.`,
  ];
}
