import { describe, expect, it } from 'vitest';
import { changeOf } from './words.ts';

describe('what a list is of', () => {
  it.each([
    ['console', { entrances: { console: ['10.0.0.0/8'] } }],
    ['agents', { entrances: { agents: ['10.0.0.0/8'] } }],
    ['role:operator', { roles: { operator: ['10.0.0.0/8'] } }],
    ['environment:production', { environments: { production: ['10.0.0.0/8'] } }],
  ])('%s', (target, change) => {
    expect(changeOf(target, ['10.0.0.0/8'])).toEqual(change);
  });

  it.each(['', 'role', 'role:', 'operator', 'console:', 'site:harbour', 'console:x'])('is not %j', (target) => {
    expect(() => changeOf(target, null)).toThrow('say what the list is of');
  });
});
