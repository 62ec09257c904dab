import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

describe('a simulated estate', { timeout: 60_000 }, () => {
  it('goes the same way again for the same seed, and another way for another one', () => {
    const first = simulate({ seed: 7, whole: true });
    const again = simulate({ seed: 7, whole: true });

    expect(again.story).toEqual(first.story);
    expect(again.hash).toBe(first.hash);
    expect(simulate({ seed: 8 }).hash).not.toBe(first.hash);
  });

  it('has the same hash whether its whole story is kept or not', () => {
    expect(simulate({ seed: 7 }).hash).toBe(simulate({ seed: 7, whole: true }).hash);
  });

  it('tells its story in sentences, with the time at which each thing happened', () => {
    const { story } = simulate({ seed: 7, whole: true });

    expect(story.length).toBeGreaterThan(100);
    expect(story.every((line) => /^day +\d+ \d\d:\d\d:\d\d\.\d{3} {2}\S/.test(line))).toBe(true);
    expect(story.join('\n')).toMatch(/Ada|Grace|Hedy|Alan/);
    expect(story.join('\n')).toContain('nothing goes wrong any more');
  });

  it('says what was broken when a bug is planted', () => {
    expect(simulate({ seed: 1, mutant: 'forget-documents' }).wrong).toMatch(
      /does not say what its environment should be/,
    );
  });
});
