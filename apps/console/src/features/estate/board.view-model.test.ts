import { describe, expect, it } from 'vitest';
import { countInWords } from './board.view-model.ts';

describe('a count in words', () => {
  it.each([
    [0, false, '0 applications'],
    [1, false, '1 application'],
    [1, true, '1+ applications'],
    [3, false, '3 applications'],
  ])('of %i, with more of them: %s, is %s', (count, more, words) => {
    expect(countInWords(count, 'application', more)).toBe(words);
  });
});
