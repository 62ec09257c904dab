import { describe, expect, it } from 'vitest';
import { chooseTransfer, needsPacked } from './choose-transfer.ts';

describe('an artifact goes', () => {
  it.each([
    ['as it is, where nothing else is there', 100, undefined, undefined, 'whole'],
    ['as it is, where compression saves less than a fifth', 100, 81, undefined, 'whole'],
    ['compressed, where that saves a fifth', 100, 80, undefined, 'packed'],
    ['as a delta, where that saves a fifth of the compressed content', 100, 50, 40, 'delta'],
    ['compressed, where a delta saves less than a fifth of that', 100, 50, 41, 'packed'],
    ['as a delta, where the content cannot be compressed', 100, 99, 80, 'delta'],
    ['as it is, where a delta would be larger', 100, 120, 130, 'whole'],
    ['as a small delta without anything to compare it with', 100, undefined, 5, 'delta'],
  ] as const)('%s', (_title, whole, packed, delta, kind) => {
    expect(chooseTransfer({ whole, packed, delta })).toBe(kind);
  });

  it('by a comparison only where the delta is not small anyway', () => {
    expect(needsPacked({ whole: 100, delta: undefined })).toBe(true);
    expect(needsPacked({ whole: 100, delta: 11 })).toBe(true);
    expect(needsPacked({ whole: 100, delta: 10 })).toBe(false);
  });
});
