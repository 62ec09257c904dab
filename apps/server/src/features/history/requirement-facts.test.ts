import { openPolicy, type Policy } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import { requirementFacts } from './requirement-facts.ts';

const wordsOf = (...policies: readonly Partial<Policy>[]) =>
  Object.fromEntries(
    Object.entries(requirementFacts(policies.map((each) => ({ ...openPolicy, ...each })))).map(([key, fact]) => [
      key,
      'everywhere' in fact ? fact.everywhere.text : '',
    ]),
  );

describe('what an environment asks of a change, as facts', () => {
  it('is nothing where it asks for nothing', () => {
    expect(wordsOf()).toEqual({});
    expect(wordsOf({}, {})).toEqual({});
  });

  it('names each requirement with its measure, the strictest of all policies that hold', () => {
    const approval = {
      name: 'second pair of eyes',
      count: 2,
      by: { kind: 'team', team: 'commerce' },
      excludeRequester: true,
    } as const;

    expect(
      wordsOf(
        { soak: 60, tests: true, approvals: [approval] },
        { soak: 90, minimumAge: 10, twoStep: true, stagedFor: 30, failurePolicy: 'return' },
      ),
    ).toEqual({
      'approval second pair of eyes': '2 of the team commerce, not of who asks',
      tests: 'must have passed',
      'minimum age': '10 min',
      soak: '90 min in the environment before',
      'two steps': 'stops when staged, for 30 min',
      'when an operation fails': 'return',
    });
  });
});
