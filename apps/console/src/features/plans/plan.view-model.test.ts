import type { Plan } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { changesInWords, commandsOf, progressWords, wavesOf } from './plan.view-model.ts';
import { aBuild, anOperation, aPlan } from './plans-for-tests.ts';

const kinds = (given: Partial<Plan>, me = 'eve') => commandsOf(aPlan(given), me).map((each) => each.kind);

describe('what can be done with a plan', () => {
  it.each([
    ['draft', ['edit', 'cancel']],
    ['awaiting-approval', ['approve', 'reject', 'edit', 'cancel']],
    ['scheduled', ['edit', 'cancel']],
    ['queued', ['edit', 'cancel']],
    ['deploying', ['pause', 'abort']],
    ['paused', ['continue', 'abort']],
    ['aborting', []],
    ['returning', []],
    ['succeeded', ['retry', 'reuse']],
    ['failed', ['retry', 'reuse']],
  ] as const)('%s: %j', (state, expected) => {
    expect(kinds({ state })).toEqual(expected);
  });

  it('a staged plan that waits can be switched', () => {
    expect(kinds({ state: 'staged', waitsForContinue: true })).toEqual(['continue', 'pause', 'abort']);
  });

  it('whoever approved it can take that back, and is not asked again', () => {
    const approval = {
      verdict: 'approved',
      by: 'eve',
      role: 'approver',
      teams: [] as string[],
      comment: '',
      content: 'x',
      valid: true,
      at: '2026-01-01T00:00:00.000Z',
      withdrawnAt: null,
    } as const;

    expect(kinds({ state: 'awaiting-approval', approvals: [approval] })).toEqual(['withdraw', 'edit', 'cancel']);
    expect(kinds({ state: 'awaiting-approval', approvals: [approval] }, 'bob')).toContain('approve');
  });

  it('an abort says what becomes of each operation', () => {
    const operations = [
      anOperation('catalog', { state: 'succeeded' }),
      anOperation('orders', { state: 'running' }),
      anOperation('storefront', { state: 'pending' }),
    ];
    const abort = commandsOf(aPlan({ state: 'deploying', operations }), 'eve').find((each) => each.kind === 'abort');

    expect(abort?.consequence).toBe(
      'orders goes back to what ran before. catalog is done and stays as it is now. storefront is not begun.',
    );
  });
});

it('a plan is told by what it changes', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => anOperation(name, { after: aBuild('1.0.0') }));

  expect(changesInWords({ operations: [anOperation('orders', { after: aBuild('1.2.0') })] })).toBe('orders 1.2.0');
  expect(
    changesInWords({ operations: [anOperation('a', { kind: 'remove' }), anOperation('b', { kind: 'configure' })] }),
  ).toBe('the removal of a and settings of b');
  expect(changesInWords({ operations: many })).toBe('a 1.0.0, b 1.0.0, c 1.0.0 and 2 more');
});

it('its waves come in order, and its progress is counted', () => {
  const plan = aPlan({
    operations: [
      anOperation('storefront', { wave: 1, state: 'running' }),
      anOperation('catalog', { wave: 0, state: 'succeeded' }),
    ],
  });

  expect(wavesOf(plan).map(({ operations }) => operations.map((each) => each.application.name))).toEqual([
    ['catalog'],
    ['storefront'],
  ]);
  expect(progressWords(plan)).toBe('1 of 2 done, 1 running');
});
