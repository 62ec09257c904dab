import type { BreakGlass } from '@almanac/protocol';

/** In a sentence or two, what there is for an emergency. */
export function breakGlassWords(found: BreakGlass): string {
  if (found.state === 'off')
    return 'There are none. With them somebody comes in when nobody else can: once, for an hour, as an administrator, and noticed by all.';
  if (found.state === 'ready') return `They are ready, made by ${found.madeBy}; nobody used them.`;
  return found.acknowledgedBy === null
    ? `They were used from ${found.usedFrom}, and nobody took note of it yet.`
    : `They were used from ${found.usedFrom}; ${found.acknowledgedBy} took note of it. They work no more.`;
}
