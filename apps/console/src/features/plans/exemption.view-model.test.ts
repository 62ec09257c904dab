import { describe, expect, it } from 'vitest';
import { exemptCommand, exemptibleOf, exemptWords, isSetAside, openErrors } from './exemption.view-model.ts';
import { aFinding, aPlan } from './plans-for-tests.ts';

const finding = aFinding({ code: 'element-missing', application: 'storefront' });
const exemption = (valid: boolean) => ({
  subject: 'element-missing storefront',
  reason: 'comes tomorrow',
  by: 'ada',
  content: 'sha256:1',
  valid,
  at: '2026-01-01T00:00:00.000Z',
});

describe('what can be set aside', () => {
  it('is freezes and windows among the gates, and nothing else', () => {
    expect(exemptibleOf({ code: 'frozen' })).toEqual({ kind: 'calendar' });
    expect(exemptibleOf({ code: 'outside-window' })).toEqual({ kind: 'calendar' });
    for (const code of ['approval-missing', 'quarantined', 'not-soaked', 'tests-missing'] as const)
      expect(exemptibleOf({ code })).toBeNull();
  });

  it('is said in words, and as the command that does the same', () => {
    const subject = { kind: 'finding', code: 'element-missing', application: 'storefront' } as const;

    expect(exemptWords(subject)).toBe('element missing of storefront');
    expect(exemptCommand({ plan: { number: 17 }, subject, reason: '"comes tomorrow"' })).toBe(
      'almanac plan except 17 --finding element-missing --application storefront --reason "comes tomorrow"',
    );
    expect(exemptCommand({ plan: { number: 17 }, subject: { kind: 'calendar' }, reason: '<text>' })).toBe(
      'almanac plan except 17 --calendar --reason <text>',
    );
  });
});

it('an error counts no more once it is set aside, and again when the plan contains something else', () => {
  const plan = (valid: boolean) => aPlan({ findings: [finding], exemptions: [exemption(valid)] });

  expect(isSetAside(plan(true), finding)).toBe(true);
  expect(openErrors(plan(true))).toEqual([]);
  expect(openErrors(plan(false))).toEqual([finding]);
  expect(isSetAside(plan(true), { ...finding, application: 'web' })).toBe(false);
});
