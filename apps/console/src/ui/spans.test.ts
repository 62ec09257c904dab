import { durationWords, minutesWords } from '@almanac/domain';
import { expect, it } from 'vitest';
import { durationOf, minutesOf } from './spans.ts';

it.each([
  ['90 min', 90],
  ['90m', 90],
  ['2 h', 120],
  ['2 hours 30 min', 150],
  ['1 day 12 h', 2160],
  ['3 days', 4320],
  ['2 weeks', 20_160],
  ['0 min', 0],
  ['', undefined],
  ['soon', undefined],
  ['2', undefined],
  ['2 h and', undefined],
  ['-2 h', undefined],
])('%j is %s minutes', (text, minutes) => {
  expect(minutesOf(text)).toBe(minutes);
});

it.each([
  ['4 h', 'PT4H'],
  ['90 min', 'PT1H30M'],
  ['2 days', 'P2D'],
  ['1 day 2 h 5 min', 'P1DT2H5M'],
  ['0 min', 'PT0M'],
  ['pt4h', 'PT4H'],
  ['soon', 'soon'],
])('%j is the duration %s', (text, duration) => {
  expect(durationOf(text)).toBe(duration);
});

it('what is shown is read again as the same', () => {
  for (const minutes of [1, 59, 60, 90, 1440, 1500, 4320]) expect(minutesOf(minutesWords(minutes))).toBe(minutes);
  for (const duration of ['PT4H', 'PT1H30M', 'P2D', 'P1DT2H'])
    expect(durationOf(durationWords(duration))).toBe(duration);
});
