import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Balance, type Candidate } from './balance.ts';

const aCandidate = (build: string, weight: number, other: Partial<Candidate> = {}): Candidate => ({
  build,
  weight,
  state: 'active',
  inFlight: 0,
  ...other,
});

describe('the balance between backends', () => {
  it('gives every build its share, to within one request for each build, after any number of requests', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
        fc.nat(300),
        (weights, count) => {
          const balance = new Balance();
          const backends = weights.map((weight, index) => aCandidate(`${index}`, weight));
          const sum = weights.reduce((total, each) => total + each, 0);

          const taken = backends.map(() => 0);
          for (let request = 0; request < count; request += 1) {
            const chosen = backends.indexOf(balance.choose(backends) as Candidate);
            taken[chosen] = (taken[chosen] ?? 0) + 1;
          }

          for (const [index, weight] of weights.entries()) {
            expect(Math.abs((taken[index] ?? 0) - (count * weight) / sum)).toBeLessThanOrEqual(weights.length);
          }
        },
      ),
    );
  });

  it('lets idle backends of one build take turns', () => {
    const balance = new Balance();
    const backends = ['a', 'b', 'c'].map((name) => ({ ...aCandidate('one', 1), name }));

    const chosen = Array.from({ length: 6 }, () => balance.choose(backends)?.name);

    expect(new Set(chosen.slice(0, 3)).size).toBe(3);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
  });

  it('prefers who carries less in relation to its weight', () => {
    const busy = aCandidate('one', 1, { inFlight: 3 });
    const strong = aCandidate('one', 10, { inFlight: 5 });

    expect(new Balance().choose([busy, strong])).toBe(strong);
  });

  it.each([
    ['drains', { state: 'draining' as const }],
    ['has no weight', { weight: 0 }],
  ])('never chooses one that %s', (_title, other) => {
    expect(new Balance().choose([aCandidate('one', 1, other)])).toBeUndefined();
  });

  it('owes nothing to a build that was away', () => {
    const balance = new Balance();
    const [one, two] = [aCandidate('one', 1), aCandidate('two', 1)];
    for (let count = 0; count < 50; count += 1) balance.choose([one]);

    const chosen = Array.from({ length: 10 }, () => balance.choose([one, two])?.build);

    expect(chosen.filter((each) => each === 'two')).toHaveLength(5);
  });
});
