import { describe, expect, it } from 'vitest';
import { type Stay, soakOf } from './soak.ts';

const stay = (build: string, from: number, until: number | null, inLine = true): Stay => ({
  build,
  inLine,
  from,
  until,
});
const now = 100;

describe('how long a candidate soaked', () => {
  it.each<[says: string, stays: readonly Stay[], expected: ReturnType<typeof soakOf>]>([
    ['is unknown where it never ran', [], null],
    ['is unknown where only earlier builds ran', [stay('1', 0, null, false)], null],
    ['counts up to now while it runs', [stay('2', 40, null)], { longest: 60, runsSince: 40 }],
    ['counts to its end', [stay('2', 10, 30), stay('1', 30, null, false)], { longest: 20, runsSince: null }],
    [
      'goes on with later builds that contain it',
      [stay('2', 10, 30), stay('3', 30, null)],
      { longest: 90, runsSince: 10 },
    ],
    [
      'is the longest of two stays, not their sum',
      [stay('2', 0, 30), stay('1', 30, 60, false), stay('2', 60, null)],
      { longest: 40, runsSince: 60 },
    ],
    ['does not go on once the application was taken out', [stay('2', 10, 30)], { longest: 20, runsSince: null }],
  ])('%s', (_, stays, expected) => {
    expect(soakOf(stays, now)).toEqual(expected);
  });
});
