import { describe, expect, it } from 'vitest';
import { isNewerDesired } from './desired-order.ts';

const order = (incarnation: number, generation: number) => ({ incarnation, generation });

describe('a desired state that a site is told', () => {
  it.each([
    ['the first one', order(1, 1), undefined, true],
    ['a later generation', order(1, 8), order(1, 7), true],
    ['the same again', order(1, 7), order(1, 7), false],
    ['an earlier generation', order(1, 6), order(1, 7), false],
    ['one of a server that was restored, however low its generation', order(2, 1), order(1, 7), true],
    ['one of before the server was restored, however high its generation', order(1, 9), order(2, 1), false],
  ])('takes the place of what the site has, or does not: %s', (_title, next, current, taken) => {
    expect(isNewerDesired(next, current)).toBe(taken);
  });
});
