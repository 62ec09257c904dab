import { describe, expect, it } from 'vitest';
import { identityOf } from './oidc-identity.ts';

const names = { name: 'upn', displayName: 'name', email: 'mail', groups: 'roles' };
const provider = 'acme' as never;

describe('a person in what a provider said', () => {
  it('is read by the claims that the configuration names', () => {
    expect(
      identityOf(provider, { sub: 'k', upn: 'ada', name: 'Ada \u202eL', mail: 'a@b.c', roles: ['x', 'y', 'x'] }, names),
    ).toEqual({
      provider,
      subject: 'k',
      name: 'ada',
      displayName: 'Ada L',
      email: 'a@b.c',
      groups: ['x', 'y'],
    });
  });

  it('is known by oid where the configuration says so, and by nothing else then', () => {
    const byObject = { ...names, subject: 'oid' as const };

    expect(identityOf(provider, { sub: 'k', oid: 'object' }, byObject).subject).toBe('object');
    expect(() => identityOf(provider, { sub: 'k' }, byObject)).toThrow('who the person is');
  });

  it.each([
    [{ sub: 'k' }, []],
    [{ sub: 'k', roles: null }, []],
    [{ sub: 'k', roles: 'one' }, ['one']],
  ])('is in the groups of %j', (claims, groups) => {
    expect(identityOf(provider, claims, names).groups).toEqual(groups);
  });

  it.each([
    [{}, 'who the person is'],
    [{ sub: 7 }, 'who the person is'],
    [{ sub: 'k', roles: [7] }, 'no list of texts'],
    [{ sub: 'k', roles: { a: true } }, 'no list of texts'],
    [{ sub: 'k', _claim_names: { roles: 'src1' } }, 'does not send the groups'],
  ])('is not taken from %j', (claims, why) => {
    expect(() => identityOf(provider, claims, names)).toThrow(why);
  });

  it('is not taken with more groups than anybody needs here', () => {
    const roles = Array.from({ length: 501 }, (_each, index) => `group-${index}`);

    expect(() => identityOf(provider, { sub: 'k', roles }, names)).toThrow('more than 500 groups');
  });
});
