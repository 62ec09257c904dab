import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicationId } from './plan-for-tests.ts';
import { orderInWaves, type WaveMember } from './waves.ts';

function aMember(name: string, given: Partial<WaveMember> = {}): WaveMember {
  return { application: applicationId(name), removed: false, provides: [name], consumes: [], ...given };
}

function wavesOf(members: readonly WaveMember[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...orderInWaves(members)].map(([application, wave]) => [application.replace('application-', ''), wave]),
  );
}

describe('the order of a plan', () => {
  it('brings producers before their consumers', () => {
    expect(
      wavesOf([
        aMember('storefront', { consumes: ['orders'] }),
        aMember('orders', { consumes: ['catalog'] }),
        aMember('catalog'),
      ]),
    ).toEqual({
      catalog: 0,
      orders: 1,
      storefront: 2,
    });
  });

  it('removes consumers before their producers', () => {
    expect(
      wavesOf([aMember('catalog', { removed: true }), aMember('storefront', { removed: true, consumes: ['catalog'] })]),
    ).toEqual({ storefront: 0, catalog: 1 });
  });

  it('takes applications that depend on each other in a circle together, and what waits for them after', () => {
    expect(
      wavesOf([
        aMember('a', { consumes: ['b'] }),
        aMember('b', { consumes: ['a'] }),
        aMember('c', { consumes: ['a'] }),
        aMember('d'),
      ]),
    ).toEqual({ d: 0, a: 1, b: 1, c: 2 });
  });

  it('gives every application a wave, without gaps, and no consumer one before its producer unless they form a circle', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const graph = fc.array(
      fc.record({ name: fc.constantFrom(...names), consumes: fc.subarray(names), removed: fc.boolean() }),
      { maxLength: names.length },
    );
    fc.assert(
      fc.property(graph, (drawn) => {
        const members = [...new Map(drawn.map((each) => [each.name, aMember(each.name, each)])).values()];

        const waves = orderInWaves(members);

        expect([...waves.keys()].toSorted()).toEqual(members.map((each) => each.application).toSorted());
        const used = [...new Set(waves.values())].toSorted((one, other) => one - other);
        expect(used).toEqual(used.map((_, index) => index));
        for (const consumer of members.filter((each) => !each.removed)) {
          for (const producer of members.filter(
            (each) => !each.removed && consumer.consumes.includes(each.provides[0] ?? ''),
          )) {
            if (reaches(members, producer, consumer)) continue;
            expect(waves.get(producer.application)).toBeLessThan(waves.get(consumer.application) ?? -1);
          }
        }
      }),
    );
  });
});

/** Whether an application depends on another one, over any number of steps. */
function reaches(members: readonly WaveMember[], from: WaveMember, to: WaveMember): boolean {
  const seen = new Set([from]);
  for (const each of seen) {
    for (const next of members) {
      if (!next.removed && next.provides.some((contract) => each.consumes.includes(contract))) seen.add(next);
    }
  }
  return seen.has(to);
}
