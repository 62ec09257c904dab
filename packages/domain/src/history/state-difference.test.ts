import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationId } from '../identity/id.ts';
import {
  type aspects,
  type DescribedApplication,
  type DescribedState,
  diffStates,
  type Fact,
  type Facts,
  type StateDifference,
  spread,
} from './state-difference.ts';

const fact = (text: string): Fact => ({ text, secret: false });
const secret = (text: string): Fact => ({ text, secret: true });
const everywhere = (value: Fact) => ({ everywhere: value });

function anApplication(
  name: string,
  facts: Partial<Record<(typeof aspects)[number], Facts>> = {},
): DescribedApplication {
  return { name, facts: { version: {}, settings: {}, connections: {}, scale: {}, policy: {}, ...facts } };
}

function aState(applications: readonly DescribedApplication[], policy: Facts = {}): DescribedState {
  return { applications: new Map(applications.map((each) => [each.name as ApplicationId, each])), policy };
}

describe('the difference between two states', () => {
  it.each([
    ['a version', 'version', everywhere(fact('1.0.0')), everywhere(fact('1.1.0')), [[null, '1.0.0', '1.1.0']]],
    ['a setting that came', 'settings', undefined, everywhere(fact('EUR')), [[null, null, 'EUR']]],
    ['a setting that went', 'settings', everywhere(fact('EUR')), undefined, [[null, 'EUR', null]]],
    ['a secret', 'settings', everywhere(secret('a1b2c3')), everywhere(secret('d4e5f6')), [[null, 'a1b2c3', 'd4e5f6']]],
    ['a value that became a secret', 'settings', everywhere(fact('x')), everywhere(secret('x')), [[null, 'x', 'x']]],
    [
      'a value of one site',
      'settings',
      everywhere(fact('EUR')),
      { bySite: { berlin: fact('EUR'), london: fact('GBP') } },
      [['london', 'EUR', 'GBP']],
    ],
    [
      'a site that is new',
      'settings',
      { bySite: { berlin: fact('EUR'), london: fact('GBP') } },
      { bySite: { berlin: fact('EUR'), london: fact('GBP'), oslo: fact('NOK') } },
      [['oslo', null, 'NOK']],
    ],
    ['instances', 'scale', everywhere(fact('1')), everywhere(fact('2')), [[null, '1', '2']]],
  ] as const)('tells %s', (_, aspect, before, after, expected) => {
    const [here, there] = [before, after].map((each) =>
      aState([anApplication('orders', { [aspect]: each === undefined ? {} : { KEY: each } })]),
    ) as [DescribedState, DescribedState];

    const [found] = diffStates(here, there).applications;

    expect(found?.change).toBe('changed');
    expect(found?.facts.map((each) => [each.site, each.before?.text ?? null, each.after?.text ?? null])).toEqual(
      expected,
    );
  });

  it('knows builds by their keys, whatever they are called', () => {
    const labelled = (text: string, identity: string) =>
      aState([anApplication('orders', { version: { build: everywhere({ text, secret: false, identity }) } })]);

    expect(diffStates(labelled('1.0.0', 'b1'), labelled('abc1234', 'b1')).applications).toEqual([]);
    expect(diffStates(labelled('1.0.0', 'b1'), labelled('1.0.0', 'b2')).applications).toHaveLength(1);
  });

  it('tells applications that came and went, and the policy of the environment', () => {
    const difference = diffStates(
      aState([anApplication('gone')], { drift: everywhere(fact('heal')) }),
      aState([anApplication('come')], { drift: everywhere(fact('show')) }),
    );

    expect(difference.applications.map((each) => [each.name, each.change])).toEqual([
      ['come', 'added'],
      ['gone', 'removed'],
    ]);
    expect(difference.policy).toMatchObject([{ key: 'drift', before: { text: 'heal' }, after: { text: 'show' } }]);
  });
});

const someFact = fc.record({ text: fc.constantFrom('1', '2', '3'), secret: fc.boolean() });
const spreadFact = fc.oneof(
  someFact.map(everywhere),
  fc.dictionary(fc.constantFrom('berlin', 'london', 'oslo'), someFact, { minKeys: 1 }).map((bySite) => ({ bySite })),
);
const facts = fc.dictionary(fc.constantFrom('A', 'B', 'C'), spreadFact);
const state: fc.Arbitrary<DescribedState> = fc
  .record({
    applications: fc.dictionary(
      fc.constantFrom('orders', 'catalog', 'shop'),
      fc.record({ version: facts, settings: facts, connections: facts, scale: facts, policy: facts }),
    ),
    policy: facts,
  })
  .map(({ applications, policy }) =>
    aState(
      Object.entries(applications).map(([name, each]) => anApplication(name, each)),
      policy,
    ),
  );

function turned(difference: StateDifference): StateDifference {
  const turn = <Each extends { readonly before: unknown; readonly after: unknown }>(each: Each) => ({
    ...each,
    before: each.after,
    after: each.before,
  });
  const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
  return {
    applications: difference.applications.map((each) => ({
      ...each,
      change: opposite[each.change],
      facts: each.facts.map(turn),
    })),
    policy: difference.policy.map(turn),
  };
}

describe('difference', () => {
  it('of a state with itself is empty', () => {
    fc.assert(
      fc.property(state, (each) => {
        expect(diffStates(each, each)).toEqual({ applications: [], policy: [] });
      }),
    );
  });

  it('is the same in the other direction, turned round', () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        expect(turned(diffStates(one, other))).toEqual(diffStates(other, one));
      }),
    );
  });

  it('does not depend on whether equal sites are told one by one', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('berlin', 'london'), someFact, { minKeys: 1 }), (bySite) => {
        const told = spread(bySite);
        if (told === undefined) throw new Error('there is a fact for a site');

        const [one, other] = [{ bySite }, told].map((each) =>
          aState([anApplication('orders', { settings: { KEY: each } })]),
        ) as [DescribedState, DescribedState];

        expect(diffStates(one, other).applications).toEqual([]);
      }),
    );
  });
});
