import { describe, expect, it } from 'vitest';
import { commitGraph } from '../source/commit-graph.ts';
import { compareVersions, labelOf, suggestVersion, versionParts } from './version.ts';

const hash = (digit: string) => digit.repeat(40);

describe('the label of a build', () => {
  const graph = commitGraph([
    { hash: hash('d'), parents: [hash('c'), hash('e')] },
    { hash: hash('e'), parents: [hash('a')] },
    { hash: hash('c'), parents: [hash('b')] },
    { hash: hash('b'), parents: [hash('a')] },
    { hash: hash('a'), parents: [] },
  ]);
  const versionOfCommit = new Map([[hash('b'), '1.4.0']]);
  const label = (commit: string, version: string | null = null) => labelOf({ commit, version, versionOfCommit, graph });

  it('is its version when it has one', () => {
    expect(label(hash('b'), '1.4.0')).toBe('1.4.0');
  });

  it('counts commits along first parents past the nearest version', () => {
    expect(label(hash('c'))).toBe('1.4.0+1');
    expect(label(hash('d'))).toBe('1.4.0+2');
  });

  it('is the short commit where no version lies behind', () => {
    expect(label(hash('a'))).toBe('aaaaaaaa');
    expect(label(hash('e'))).toBe('eeeeeeee');
    expect(label(hash('f'))).toBe('ffffffff');
  });
});

describe('the suggested version', () => {
  it.each([
    [null, ['feat: begin'], '0.1.0'],
    ['1.4.0', ['fix: a price', 'fix(cart): a sum'], '1.4.1'],
    ['1.4.0', ['fix: a price', 'feat: a cart'], '1.5.0'],
    ['1.4.0', ['a subject that follows no convention'], '1.5.0'],
    ['1.4.0', [], '1.5.0'],
    ['1.4.0', ['feat!: another cart'], '2.0.0'],
    ['1.4.0', ['fix: a price', 'refactor(api)!: other names'], '2.0.0'],
    ['0.4.2', ['feat!: another cart'], '0.5.0'],
    ['0.9.0', ['feat: more'], '0.10.0'],
  ])('after %s, for %j, is %s', (highest, subjects, number) => {
    expect(suggestVersion({ highest, subjects }).number).toBe(number);
  });

  it('says which change made it so', () => {
    expect(suggestVersion({ highest: '1.0.0', subjects: ['feat!: other names'] }).because).toContain('other names');
  });
});

it('orders versions by their numbers, not by their letters', () => {
  expect(['1.10.0', '1.9.1', '1.9.0', '0.20.0'].toSorted(compareVersions)).toEqual([
    '0.20.0',
    '1.9.0',
    '1.9.1',
    '1.10.0',
  ]);
  expect(versionParts('1.10.3')).toEqual({ major: 1, minor: 10, patch: 3 });
});
