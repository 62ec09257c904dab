import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EnvironmentId } from '../identity/id.ts';
import { type CommitNode, commitGraph } from '../source/commit-graph.ts';
import { containmentOf, lostFixes } from './containment.ts';
import { environmentsBefore, hotfixStanding } from './hotfix-standing.ts';

/**
 *   a ── b ── c ── m ── n      main; m merges the branch
 *    \            /
 *     f ── g ────              the hotfix
 *     c' = f applied on main:  a ── b ── p ── q (p ≙ f, q ≙ g)
 */
const graph = commitGraph<CommitNode>([
  { hash: 'a', parents: [] },
  { hash: 'b', parents: ['a'] },
  { hash: 'c', parents: ['b'] },
  { hash: 'f', parents: ['a'] },
  { hash: 'g', parents: ['f'] },
  { hash: 'm', parents: ['c', 'g'] },
  { hash: 'n', parents: ['m'] },
  { hash: 'p', parents: ['b'] },
  { hash: 'q', parents: ['p'] },
  { hash: 'w', parents: ['g', 'b'] },
]);
const patches = new Map([
  ['b', 'B'],
  ['c', 'C'],
  ['f', 'F'],
  ['g', 'G'],
  ['p', 'F'],
  ['q', 'G'],
]);
const fix = { base: 'a', tip: 'g' };
const [development, quality, production] = ['d', 'q', 'p'] as [EnvironmentId, EnvironmentId, EnvironmentId];

describe('a fix is contained', () => {
  it.each([
    ['in its own tip', fix, 'g', 'ancestry'],
    ['in what merged it', fix, 'm', 'ancestry'],
    ['in what came after that', fix, 'n', 'ancestry'],
    ['where each of its commits was applied anew', fix, 'q', 'patches'],
    ['not where only one of them was', fix, 'p', null],
    ['not where none was', fix, 'c', null],
    ['not in its base', fix, 'a', null],
    ['not in its first commit', fix, 'f', null],
    ['not in a commit that nobody knows', fix, 'unknown', null],
    ['nowhere while it has no commit', { base: 'a', tip: 'a' }, 'n', null],
    ['by its changes, though it merged something else', { base: 'a', tip: 'w' }, 'q', 'patches'],
    ['nowhere when its tip is unknown', { base: 'a', tip: 'unknown' }, 'n', null],
  ])('%s', (_, given, commit, how) => {
    expect(containmentOf({ graph, patches, fix: given, commit })).toBe(how);
  });

  it('not by changes that nobody identified', () => {
    expect(containmentOf({ graph, patches: new Map([['f', 'F']]), fix, commit: 'q' })).toBeNull();
  });
});

describe('a fix is lost', () => {
  it.each([
    ['where a commit without it takes the place of one with it', 'g', 'c', true],
    ['not where both have it', 'g', 'n', false],
    ['not where it was applied anew', 'g', 'q', false],
    ['not where it never was', 'b', 'c', false],
  ])('%s', (_, before, after, lost) => {
    expect(lostFixes({ graph, patches, fixes: [fix], before, after })).toEqual(lost ? [fix] : []);
  });
});

describe('the standing of a hotfix', () => {
  const standing = (running: Readonly<Record<string, string>>) =>
    hotfixStanding({
      graph,
      patches,
      fix,
      environment: production,
      earlier: [quality, development],
      running: new Map(Object.entries(running) as [EnvironmentId, string][]),
    });

  it.each([
    ['nothing has it yet', { d: 'c', q: 'b', p: 'a' }, ['missing', 'missing', 'missing'], false],
    ['only its own environment has it', { d: 'c', q: 'b', p: 'g' }, ['contained', 'missing', 'missing'], false],
    ['one earlier environment has it too', { d: 'n', q: 'b', p: 'g' }, ['contained', 'missing', 'contained'], false],
    ['all have it', { d: 'n', q: 'q', p: 'g' }, ['contained', 'contained', 'contained'], true],
    ['all but its own have it', { d: 'n', q: 'n', p: 'a' }, ['missing', 'contained', 'contained'], false],
    ['all that run it have it', { d: 'n', p: 'g' }, ['contained', 'absent', 'contained'], true],
    ['nobody before it runs it', { p: 'g' }, ['contained', 'absent', 'absent'], false],
  ])('when %s', (_, running, presences, done) => {
    const found = standing(running);

    expect([found.own, ...found.earlier].map((each) => each.presence)).toEqual(presences);
    expect(found.done).toBe(done);
  });
});

describe('the environments before one', () => {
  it.each([
    [production, [quality, development]],
    [development, []],
  ])('of %s are %j', (environment, before) => {
    const path = new Map([
      [development, null],
      [quality, development],
      [production, quality],
    ]);

    expect(environmentsBefore(environment, path)).toEqual(before);
  });

  it('end, also on a path that leads in a circle', () => {
    const circle = new Map([
      [quality, production],
      [production, quality],
    ]);

    expect(environmentsBefore(production, circle)).toEqual([quality]);
  });
});

/** A history without circles: the parents of a commit are among those before it. */
const history = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 3, maxLength: 14 }).map((drawn) =>
  drawn.map(([one, other, merge], index): CommitNode => {
    if (index === 0) return { hash: '0', parents: [] };
    const parents = [String(one % index), String(other % index)];
    return { hash: String(index), parents: merge && parents[0] !== parents[1] ? parents : parents.slice(0, 1) };
  }),
);

describe('containment in drawn histories', () => {
  it('stays: whatever comes after a commit with the fix has it too', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), fc.nat({ max: 3 }), (commits, base, tip, kinds) => {
        const drawn = commitGraph(commits);
        const of = (index: number) => String(index % commits.length);
        const given = { base: of(base), tip: of(tip) };
        // Few kinds of patches: many commits are each other's equal.
        const drawnPatches = new Map(commits.map(({ hash }) => [hash, String(Number(hash) % (kinds + 1))]));
        const contains = (commit: string) =>
          containmentOf({ graph: drawn, patches: drawnPatches, fix: given, commit }) !== null;
        for (const { hash, parents } of commits) if (parents.some(contains)) expect(contains(hash)).toBe(true);
        expect(contains(given.tip)).toBe(given.tip !== given.base);
      }),
    );
  });

  it('is not lost by a commit that takes its own place', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), fc.nat(), (commits, base, tip, at) => {
        const of = (index: number) => String(index % commits.length);
        const commit = of(at);

        const lost = lostFixes({
          graph: commitGraph(commits),
          patches: new Map(),
          fixes: [{ base: of(base), tip: of(tip) }],
          before: commit,
          after: commit,
        });

        expect(lost).toEqual([]);
      }),
    );
  });
});
