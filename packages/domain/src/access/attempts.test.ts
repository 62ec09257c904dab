import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttemptCounter,
  accountKey,
  addressKey,
  attemptScopes,
  countTry,
  secondsBlocked,
  takeTryBack,
} from './attempts.ts';
import { attemptRulesOf, numbersInForce } from './security-numbers.ts';

const attemptRules = attemptRulesOf(numbersInForce(new Map()));

const second = 1000;

/** Tries that all fail, one as soon as the block of the one before is over; how long each blocks, in seconds. */
function blocksOf(scope: keyof typeof attemptRules, tries: number): readonly number[] {
  const rule = attemptRules[scope];
  let counter: AttemptCounter | null = null;
  let now = 0;
  return Array.from({ length: tries }, () => {
    counter = countTry(counter, rule, now);
    const blocked = secondsBlocked(counter, now);
    now += blocked * second;
    return blocked;
  });
}

describe('tries that fail', () => {
  it('block an account at an address from the third on, and for half an hour from the sixth on', () => {
    expect(blocksOf('account-and-address', 7)).toEqual([0, 0, 30, 30, 30, 1800, 1800]);
  });

  it('block an address from the twentieth on', () => {
    expect(blocksOf('address', 21)).toEqual([...Array.from({ length: 19 }, () => 0), 300, 300]);
  });

  it('let an account be tried once a minute from devices that it does not know', () => {
    expect(blocksOf('account', 22).slice(-4)).toEqual([0, 60, 60, 60]);
    expect(attemptRules.account.unknownDevicesOnly).toBe(true);
  });

  it('are forgotten a window after the first', () => {
    const rule = attemptRules['account-and-address'];
    const two = countTry(countTry(null, rule, 0), rule, second);

    expect(countTry(two, rule, 3599 * second)).toMatchObject({ failures: 3 });
    expect(countTry(two, rule, 3600 * second)).toEqual({ failures: 1, since: 3600 * second, blockedUntil: null });
  });

  it('count as if they had not been once they succeed, and the block that they began is over', () => {
    fc.assert(
      fc.property(fc.constantFrom(...attemptScopes), fc.nat({ max: 120 }), (scope, failures) => {
        const rule = attemptRules[scope];
        let counter: AttemptCounter | null = null;
        for (let turn = 0; turn < failures; turn += 1) counter = countTry(counter, rule, turn);
        const before = counter;

        const after = takeTryBack(countTry(before, rule, failures), rule);

        expect(after.failures).toBe(before?.failures ?? 0);
        if (before === null || before.blockedUntil === null) expect(secondsBlocked(after, failures)).toBe(0);
      }),
    );
  });
});

describe('names and addresses', () => {
  it.each(['ada', 'Ada', ' ada ', 'ＡＤＡ', 'ada\u00a0'])('%j is counted as ada', (name) => {
    expect(accountKey(name)).toBe('ada');
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
