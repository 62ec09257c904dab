import type { GatewayRule } from '@almanac/protocol/gateway';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidedVersion, type OpenVersion, type Routing, versionOfUser } from './routing.ts';

const open: readonly OpenVersion[] = [
  { version: 'old', weight: 90 },
  { version: 'new', weight: 10 },
];
const aRouting = (other: Partial<Routing> = {}): Routing => ({ rules: [], spread: null, sticky: null, ...other });
const aRule = (other: Partial<GatewayRule> = {}): GatewayRule => ({
  from: 'header',
  name: 'x-preview',
  match: 'equals',
  value: 'yes',
  version: 'new',
  ...other,
});

describe('what decides before weights do', () => {
  it.each([
    ['nothing, when nothing is asked for', aRouting(), { cookie: 'v=new' }, undefined],
    ['a rule', aRouting({ rules: [aRule()] }), { 'x-preview': 'yes' }, 'new'],
    [
      'the first rule that matches',
      aRouting({ rules: [aRule({ value: 'y', match: 'prefix', version: 'old' }), aRule()] }),
      { 'x-preview': 'yes' },
      'old',
    ],
    [
      'no rule of a version that is not open',
      aRouting({ rules: [aRule({ version: 'gone' })] }),
      { 'x-preview': 'yes' },
      undefined,
    ],
    [
      'a cookie of an earlier choice',
      aRouting({ sticky: { cookie: 'v', seconds: 1 } }),
      { cookie: 'a=1; v=new' },
      'new',
    ],
    [
      'no cookie of a version that is not open',
      aRouting({ sticky: { cookie: 'v', seconds: 1 } }),
      { cookie: 'v=gone' },
      undefined,
    ],
    ['no hash of a header that is not there', aRouting({ spread: { from: 'header', name: 'x-user' } }), {}, undefined],
  ])('is %s', (_title, routing, headers, expected) => {
    expect(decidedVersion(routing, headers, open)).toBe(expected);
  });

  it('is a rule before the hash of the user, and that before a cookie', () => {
    const routing = aRouting({
      rules: [aRule()],
      spread: { from: 'header', name: 'x-user' },
      sticky: { cookie: 'v', seconds: 1 },
    });
    const user = 'somebody';
    const theirs = versionOfUser(user, open);
    const other = theirs === 'old' ? 'new' : 'old';

    expect(decidedVersion(routing, { 'x-preview': 'yes', 'x-user': user, cookie: `v=${other}` }, open)).toBe('new');
    expect(decidedVersion(routing, { 'x-user': user, cookie: `v=${other}` }, open)).toBe(theirs);
  });
});

describe('the version of a user', () => {
  it('changes only towards the last version as that grows, never away from it', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), fc.nat(100), (user, one, another) => {
        const [less, more] = [Math.min(one, another), Math.max(one, another)];
        const at = (weight: number) =>
          versionOfUser(user, [
            { version: 'old', weight: 100 - weight },
            { version: 'new', weight },
          ]);

        expect(at(less) === 'new' && at(more) === 'old').toBe(false);
        expect(at(0)).toBe('old');
        expect(at(100)).toBe('new');
      }),
    );
  });

  it('is shared as the weights say, over many users', () => {
    const versions = Array.from({ length: 10_000 }, (_, user) => versionOfUser(`user-${user}`, open));

    const share = versions.filter((each) => each === 'new').length / versions.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  });
});
