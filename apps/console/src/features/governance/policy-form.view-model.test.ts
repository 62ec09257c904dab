import { openPolicy, type Policy } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import { faultsOf, isChange, policyChanges, policyForm, policyOf } from './policy-form.view-model.ts';

const strict: Policy = {
  ...openPolicy,
  approvals: [
    { name: 'release desk', count: 2, by: { kind: 'team', team: 'release' }, excludeRequester: true },
    { name: 'anyone', count: 1, by: { kind: 'anyone' }, excludeRequester: false },
  ],
  windows: [{ start: '2026-11-27T22:00', zone: 'Europe/Berlin', duration: 'PT4H', rule: 'FREQ=WEEKLY;BYDAY=FR' }],
  tests: true,
  minimumAge: 90,
  soak: 4320,
  twoStep: true,
  parallel: 3,
  failurePolicy: 'return',
  expedited: ['approvals', 'soak'],
};

describe('the form of a policy', () => {
  it.each([['an open one', openPolicy] as const, ['a strict one', strict] as const])(
    'gives %s back as it was',
    (_, policy) => {
      expect(policyOf(policyForm(policy))).toEqual({ ok: true, policy });
    },
  );

  it('shows spans as words', () => {
    expect(policyForm(strict)).toMatchObject({ minimumAge: '90 min', soak: '3 days', stagedFor: '1 day' });
  });

  it('tells each fault at its field, all of them', () => {
    const form = policyForm(strict);
    const [first, ...rest] = form.approvals;
    const read = policyOf({
      ...form,
      approvals: [{ ...(first ?? ({} as never)), name: ' ', count: 'many', who: '' }, ...rest],
      minimumAge: 'soon',
      parallel: '0',
    });

    expect(read.ok).toBe(false);
    expect(read.ok ? [] : [...read.faults.keys()]).toEqual([
      '/minimumAge',
      '/approvals/0/name',
      '/approvals/0/count',
      '/approvals/0/by/team',
      '/parallel',
    ]);
    expect(read.ok ? '' : read.faults.get('/approvals/0/name')).toBe('is missing');
  });

  it('takes an empty span for none, and the usual time for what waits to be continued', () => {
    const read = policyOf({ ...policyForm(strict), soak: '', stagedFor: ' ' });

    expect(read).toMatchObject({ ok: true, policy: { soak: null, stagedFor: openPolicy.stagedFor } });
  });

  it('finds the faults that the server told at the same fields', () => {
    expect(faultsOf([{ pointer: '/policy/windows/0/rule', detail: 'never happens' }]).get('/windows/0/rule')).toBe(
      'never happens',
    );
  });
});

describe('what would change', () => {
  it('is told in the words of the policy, what goes before what comes', () => {
    const changes = policyChanges(strict, { ...strict, tests: false, soak: 60 });

    expect(changes.filter((each) => each.kind !== 'same')).toEqual([
      { kind: 'removed', words: 'tests must have passed on the build' },
      { kind: 'removed', words: 'a build ran for 3 days in the environment before' },
      { kind: 'added', words: 'a build ran for 1 h in the environment before' },
    ]);
    expect(isChange(changes)).toBe(true);
  });

  it('is nothing between equal ones, and everything where there was none', () => {
    expect(isChange(policyChanges(strict, { ...strict }))).toBe(false);
    expect(policyChanges(undefined, openPolicy)).toEqual([{ kind: 'added', words: 'asks for nothing' }]);
  });
});
