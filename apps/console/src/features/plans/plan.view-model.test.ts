import type { Plan } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { commandsOf, confirmationsOf } from './plan.view-model.ts';

const aPlan = (given: Partial<Plan>): Plan =>
  ({
    number: 17,
    environment: { id: 'e', name: 'production' },
    state: 'draft',
    findings: [],
    waitsForContinue: false,
    ...given,
  }) as unknown as Plan;
const finding = (code: string, severity: 'error' | 'warning') =>
  ({ code, severity, application: 'orders', detail: '', fix: null }) as unknown as Plan['findings'][number];

describe('what a person can do with a plan', () => {
  it.each<[Partial<Plan>, readonly string[]]>([
    [{ state: 'draft' }, ['start', 'cancel']],
    [{ state: 'draft', findings: [finding('setting-missing', 'error')] }, ['cancel']],
    [{ state: 'draft', findings: [finding('downgrade', 'warning')] }, ['start', 'cancel']],
    [{ state: 'awaiting-approval' }, ['approve', 'reject', 'cancel']],
    [{ state: 'scheduled' }, ['cancel']],
    [{ state: 'queued' }, ['cancel']],
    [{ state: 'staging' }, ['pause', 'abort']],
    [{ state: 'staged', waitsForContinue: true }, ['continue', 'abort']],
    [{ state: 'paused', waitsForContinue: true }, ['continue', 'abort']],
    [{ state: 'deploying' }, ['pause', 'abort']],
    [{ state: 'failed' }, ['retry']],
    [{ state: 'expired' }, ['retry']],
    [{ state: 'succeeded' }, []],
  ])('%j: %j', (given, kinds) => {
    expect(commandsOf(aPlan(given)).map((each) => each.kind)).toEqual(kinds);
  });

  it('confirms what is in sight, once, and no error', () => {
    const findings = [finding('downgrade', 'warning'), finding('downgrade', 'warning'), finding('no-site', 'error')];

    expect(confirmationsOf(aPlan({ findings }))).toEqual(['downgrade']);
  });
});
