import { array, assert, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestorsOf, changesBetween, commitGraph, distanceToMark } from './commit-graph.ts';

/** Histories without circles: each commit has parents among the earlier ones. */
const histories = array(array(nat(1000), { maxLength: 3 }), { minLength: 1, maxLength: 30 }).map((drawn) =>
  drawn.map((parents, index) => ({
    hash: `c${index}`,
    parents: index === 0 ? [] : [...new Set(parents.map((each) => `c${each % index}`))],
  })),
);

describe('the history of commits', () => {
  it('brings what one commit has and the other has not', () => {
    assert(
      property(histories, nat(1000), nat(1000), (history, a, b) => {
        const graph = commitGraph(history);
        const [from, to] = [`c${a % history.length}`, `c${b % history.length}`];
        const changes = changesBetween({ graph, from, to }).map((each) => each.hash);
        const before = ancestorsOf(graph, from);
        const after = ancestorsOf(graph, to);

        expect(new Set([...changes, ...[...after].filter((each) => before.has(each))])).toEqual(after);
        expect(changes.some((each) => before.has(each))).toBe(false);
        expect(new Set(changes).size).toBe(changes.length);
      }),
    );
  });

  it('brings nothing when going back, and everything when nothing ran before', () => {
    const graph = commitGraph([
      { hash: 'b', parents: ['a'] },
      { hash: 'a', parents: [] },
    ]);

    expect(changesBetween({ graph, from: 'b', to: 'a' })).toEqual([]);
    expect(changesBetween({ graph, from: null, to: 'b' }).map((each) => each.hash)).toEqual(['b', 'a']);
  });

  it('ends at parents that are not known', () => {
    const graph = commitGraph([{ hash: 'b', parents: ['unknown'] }]);

    expect(changesBetween({ graph, from: null, to: 'b' }).map((each) => each.hash)).toEqual(['b']);
    expect(distanceToMark({ graph, from: 'b', isMark: () => false })).toBeUndefined();
    expect(distanceToMark({ graph, from: 'b', isMark: (hash) => hash === 'unknown' })).toEqual({
      mark: 'unknown',
      distance: 1,
    });
  });
});
