import { describe, expect, it } from 'vitest';
import { filterForAnybody, filterForName, isClosedFilter, userFilterFault } from './user-filter.ts';

describe('the filter that finds people', () => {
  it.each([
    '(uid={name})',
    '(&(objectClass=person)(uid={name}))',
    '(|(uid={name})(mail={name}))',
    '(userPrincipalName={name}@corp.example.com)',
    '(sAMAccountName={name})',
  ])('%s can be used', (filter) => {
    expect(userFilterFault(filter)).toBeUndefined();
  });

  it.each([
    ['(uid=ada)', 'does not say where the name goes'],
    ['({name}=ada)', 'no value'],
    ['{name}', 'no value'],
    ['(uid:caseExactMatch:={name})', 'no value'],
    ['(uid>={name})', 'no value'],
    ['(manager=uid={name},ou=people)', 'distinguished name'],
    ['(manager={name},ou=people)', 'distinguished name'],
    ['(uid=*{name})', 'pattern'],
    ['(uid={name}*)', 'pattern'],
    ['(uid={name}{name})', 'no value'],
    ['(|(uid={name})(manager=cn={name}))', 'distinguished name'],
  ])('%s is refused: %s', (filter, why) => {
    expect(userFilterFault(filter)).toContain(why);
  });

  it('takes the name escaped, and none for anybody', () => {
    const filter = '(&(objectClass=person)(|(uid={name})(mail={name}@example.com)))';

    expect(filterForName(filter, '$&', (value) => `<${value}>`)).toBe(
      '(&(objectClass=person)(|(uid=<$&>)(mail=<$&>@example.com)))',
    );
    expect(filterForAnybody(filter)).toBe('(&(objectClass=person)(|(uid=*)(mail=*@example.com)))');
  });

  it.each([
    ['(uid=*)', true],
    ['(&(a=b)(|(c=d)(e=\\28)))', true],
    ['(&(a=b)', false],
    ['(a=b))', false],
    ['(a=b)(c=d)', false],
    ['a=b', false],
    ['', false],
  ])('%s is whole: %s', (filter, whole) => {
    expect(isClosedFilter(filter)).toBe(whole);
  });
});
