import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Balance, type Candidate, type VersionCandidate } from './balance.ts';

const aVersion = (version: string, weight: number, active: readonly Candidate[] = [{ inFlight: 0 }]) => ({
  version,
  weight,
  active,
});

describe('the balance between versions', () => {
  it('gives every version its share, to within one request for each version, after any number of requests', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ weight: fc.integer({ min: 1, max: 100 }), instances: fc.integer({ min: 1, max: 4 }) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.nat(300),
        (wanted, count) => {
          const balance = new Balance();
          const versions = wanted.map(({ weight, instances }, index) =>
            aVersion(
              `${index}`,
              weight,
              Array.from({ length: instances }, () => ({ inFlight: 0 })),
            ),
          );
          const sum = versions.reduce((total, each) => total + each.weight, 0);

          const taken = new Map<string, number>();
          for (let request = 0; request < count; request += 1) {
            const { version = '' } = balance.nextVersion(versions) ?? {};
            taken.set(version, (taken.get(version) ?? 0) + 1);
          }

          for (const { version, weight } of versions)
            expect(Math.abs((taken.get(version) ?? 0) - (count * weight) / sum)).toBeLessThanOrEqual(versions.length);
        },
      ),
    );
  });

  it.each([
    ['has no active backend', aVersion('one', 1, [])],
    ['has no weight', aVersion('one', 0)],
  ])('never chooses one that %s', (_title, version) => {
    expect(new Balance().nextVersion([version])).toBeUndefined();
  });

  it('owes nothing to a version that was away', () => {
    const balance = new Balance();
    const [one, two, away] = [aVersion('one', 1), aVersion('two', 1), aVersion('two', 1, [])];
    const choose = (versions: readonly VersionCandidate<Candidate>[]) => balance.nextVersion(versions)?.version;
    for (let count = 0; count < 51; count += 1) choose([one, two]);
    for (let count = 0; count < 50; count += 1) choose([one, away]);

    const chosen = Array.from({ length: 10 }, () => choose([one, two]));

    expect(chosen.filter((each) => each === 'two')).toHaveLength(5);
  });
});

describe('the balance between the backends of a version', () => {
  it('lets idle ones take turns', () => {
    const balance = new Balance();
    const backends = ['a', 'b', 'c'].map((name) => ({ name, inFlight: 0 }));

    const chosen = Array.from({ length: 6 }, () => balance.leastLoaded(backends)?.name);

    expect(new Set(chosen.slice(0, 3)).size).toBe(3);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
  });

  it('prefers who carries less', () => {
    const [busy, idle] = [{ inFlight: 3 }, { inFlight: 2 }];

    for (let count = 0; count < 3; count += 1) expect(new Balance().leastLoaded([busy, idle])).toBe(idle);
  });
});
