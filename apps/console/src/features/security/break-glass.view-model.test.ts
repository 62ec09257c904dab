import type { BreakGlass } from '@almanac/protocol';
import { expect, it } from 'vitest';
import { breakGlassWords } from './break-glass.view-model.ts';

const off: BreakGlass = {
  state: 'off',
  madeBy: null,
  madeAt: null,
  usedAt: null,
  usedFrom: null,
  acknowledgedBy: null,
};

it.each([
  [off, 'There are none'],
  [{ ...off, state: 'ready', madeBy: 'ada' }, 'made by ada'],
  [{ ...off, state: 'used', usedFrom: '192.0.2.7' }, 'nobody took note'],
  [{ ...off, state: 'used', usedFrom: '192.0.2.7', acknowledgedBy: 'ada' }, 'ada took note'],
] as [BreakGlass, string][])('%j reads: %s', (found, words) => {
  expect(breakGlassWords(found)).toContain(words);
});
