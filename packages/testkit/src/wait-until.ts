import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until a condition gives something; fails with what was waited for. */
export async function waitUntil<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  seconds = 60,
): Promise<Found> {
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`waited ${seconds} seconds for ${what}`, { cause: last });
}
