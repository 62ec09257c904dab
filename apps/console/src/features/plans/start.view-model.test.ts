import type { Obstacle } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { aFinding, anOperation, aPlan } from './plans-for-tests.ts';
import { removalsToConfirm, startBlockedBy, startCommands, startLabel } from './start.view-model.ts';

const standingWith = (...codes: readonly Obstacle['code'][]) => ({
  obstacles: codes.map((code) => ({
    code,
    application: null,
    detail: `it is ${code}`,
    owner: 'somebody',
    action: 'act',
    earliest: null,
  })),
  earliest: null,
});

describe('the start of a draft', () => {
  const blocked = (plan: ReturnType<typeof aPlan>, confirmed: readonly string[] = []) =>
    startBlockedBy({ plan, standing: undefined, confirmed: new Set(confirmed) });

  it('is prevented by errors that nobody set aside', () => {
    const error = aFinding();
    const exemption = { subject: 'element-missing storefront', reason: 'known', by: 'ada', content: 'x', at: '' };

    expect(blocked(aPlan({ findings: [error] }))).toBe('One error prevents the start.');
    expect(blocked(aPlan({ findings: [error, error] }))).toBe('2 errors prevent the start.');
    expect(blocked(aPlan({ findings: [error], exemptions: [{ ...exemption, valid: true }] }))).toBeNull();
    expect(blocked(aPlan({ findings: [error], exemptions: [{ ...exemption, valid: false }] }))).not.toBeNull();
  });

  it('is prevented until a step back was said to be wanted', () => {
    const findings = [aFinding({ severity: 'warning', code: 'downgrade' })];

    expect(blocked(aPlan({ findings }))).toBe('Say of each marked warning that this is what you want.');
    expect(blocked(aPlan({ findings }), ['downgrade'])).toBeNull();
    expect(blocked(aPlan({ findings, confirmed: ['downgrade'] }))).toBeNull();
  });

  it('is prevented by what no waiting removes, and not by what can be waited for', () => {
    const plan = aPlan();
    const by = (...codes: readonly Obstacle['code'][]) =>
      startBlockedBy({ plan, standing: standingWith(...codes), confirmed: new Set() });

    expect(by('quarantined')).toBe('it is quarantined.');
    expect(by('approval-missing', 'frozen', 'outside-window', 'not-soaked')).toBeNull();
  });

  it.each([
    [[], '', 'Start plan 17 in Production'],
    [[], '2026-05-01T10:00', 'Schedule plan 17 in Production'],
    [['frozen'], '', 'Start plan 17 when the freeze ends'],
    [['outside-window'], '', 'Start plan 17 when the change window opens'],
    [['not-soaked'], '', 'Start plan 17 as soon as policy lets it'],
    [['approval-missing', 'frozen'], '', 'Ask for approval of plan 17'],
  ] as const)('with %j and "%s" is called "%s"', (codes, notBefore, label) => {
    const standing = standingWith(...codes);

    expect(startLabel({ plan: aPlan(), environment: 'Production', standing, notBefore })).toBe(label);
  });

  it('has a command line for the same', () => {
    const commands = startCommands({
      plan: aPlan(),
      confirmed: new Set(['hotfix-lost', 'downgrade']),
      notBefore: '2026-05-01T10:00',
    });

    expect(commands).toEqual([
      `almanac plan schedule 17 --at ${new Date('2026-05-01T10:00').toISOString()}`,
      'almanac plan start 17 --confirm downgrade hotfix-lost',
    ]);
  });

  it('asks for the name of the environment where production loses an application', () => {
    const plan = aPlan({ operations: [anOperation('orders', { kind: 'remove' }), anOperation('catalog')] });

    expect(removalsToConfirm(plan, 'production')).toEqual(['orders']);
    expect(removalsToConfirm(plan, 'test')).toEqual([]);
  });
});
