import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersInForce, securityNumbers } from '../access/security-numbers.ts';
import { isName } from '../identity/name.ts';
import { accountName } from './account-name.ts';
import { identityFault, identityLimits } from './external-identity.ts';
import { endOfProbation, probationRules } from './probation.ts';
import { decideRecheck } from './recheck.ts';

const minutes = (count: number) => count * 60_000;

describe('the name of an account', () => {
  it.each([
    ['ada', 'ada'],
    ['Ada.Lovelace@example.com', 'ada-lovelace'],
    ['José Núñez', 'jose-nunez'],
    ['DOMAIN\\ada', 'domain-ada'],
    ['7of9', 'person-7of9'],
    ['', 'person'],
    ['愛', 'person'],
    ['server', 'server-2'],
    ['bob', 'bob-3'],
  ])('for %j is %s', (wish, name) => {
    expect(accountName(wish, new Set(['bob', 'bob-2']))).toBe(name);
  });

  it('is always a name, and never one that is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (wish, others) => {
        const taken = new Set<string>();
        for (let count = 0; count <= others; count += 1) {
          const name = accountName(wish, taken);
          expect(isName(name)).toBe(true);
          expect(taken.has(name)).toBe(false);
          taken.add(name);
        }
      }),
    );
  });
});

describe('an identity', () => {
  it.each([
    [{ subject: '', groups: [] }, 'no-subject'],
    [{ subject: 'x'.repeat(identityLimits.subject + 1), groups: [] }, 'subject-too-long'],
    [{ subject: 'x', groups: Array.from({ length: identityLimits.groups + 1 }, String) }, 'too-many-groups'],
    [{ subject: 'x', groups: ['g'.repeat(identityLimits.group + 1)] }, 'group-too-long'],
    [{ subject: 'x', groups: Array.from({ length: identityLimits.groups }, String) }, undefined],
  ])('is taken up to its limits', (identity, fault) => {
    expect(identityFault(identity)).toBe(fault);
  });
});

describe('a configuration on probation', () => {
  const given = { successes: 0, failures: 1, firstFailureAt: 0, returns: true };

  it.each([
    ['stays before its time is over', given, minutes(probationRules.minutes) - 1, undefined],
    ['gives way when nobody could sign in for so long', given, minutes(probationRules.minutes), 'nobody-in-time'],
    ['gives way after so many failures', { ...given, failures: probationRules.failures }, 1, 'too-many-failures'],
    ['stays after one success', { ...given, successes: 1, failures: 99 }, minutes(999), undefined],
    ['stays when nobody tried', { ...given, failures: 0, firstFailureAt: null }, minutes(999), undefined],
    ['stays when it has nothing to go back to', { ...given, failures: 99, returns: false }, minutes(999), undefined],
  ])('%s', (_says, probation, now, end) => {
    expect(endOfProbation(probation, now)).toBe(end);
  });
});

describe('a session whose provider was asked', () => {
  it.each([
    ['there', 0, { kind: 'keep', dueAt: minutes(10) }],
    ['gone', 0, { kind: 'end', why: 'gone' }],
    ['no-answer', 0, { kind: 'keep', dueAt: minutes(2) }],
    ['no-answer', -minutes(59), { kind: 'keep', dueAt: minutes(2) }],
    ['no-answer', -minutes(60), { kind: 'end', why: 'no-answer-for-too-long' }],
  ] as const)('%s, last seen at %d', (outcome, lastAnswerAt, decision) => {
    expect(decideRecheck(outcome, { lastAnswerAt, now: 0, numbers: numbersInForce(new Map()) })).toEqual(decision);
  });

  it('is asked of at least every 15 minutes while it answers, with a minute for the round of checks', () => {
    expect(securityNumbers['provider-recheck'].most + 2 * 1).toBeLessThan(15);
  });
});
