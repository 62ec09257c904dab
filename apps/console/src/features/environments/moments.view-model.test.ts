import type { HistoryEntry } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { momentAt, momentsOf } from './moments.view-model.ts';

function entry(given: Partial<HistoryEntry> & { readonly at: string }, plan: number): HistoryEntry {
  const named = (name: string) => ({ id: name as never, name });
  const build = (label: string) => ({ id: label as never, commit: '', label, version: null });
  return {
    id: given.at,
    environment: named('production'),
    application: named('orders'),
    kind: 'deployed',
    before: build('1.0.0'),
    after: build('1.1.0'),
    plan: { id: 'plan' as never, number: plan },
    by: 'ada',
    detail: null,
    ...given,
  };
}

const noon = '2026-01-01T12:00:00.000Z';
const one = '2026-01-01T13:00:00.000Z';

describe('the moments of an environment', () => {
  it('put together what one plan did at one time', () => {
    const moments = momentsOf([entry({ at: one }, 2), entry({ at: noon }, 1), entry({ at: noon, kind: 'failed' }, 1)]);

    expect(moments.map((each) => [each.plan, each.changes.map((change) => change.words)])).toEqual([
      [2, ['orders 1.0.0 → 1.1.0']],
      [1, ['orders 1.0.0 → 1.1.0', 'orders 1.1.0 failed; 1.0.0 stayed']],
    ]);
  });

  it.each([
    ['deployed', null, 'orders nothing → 1.1.0'],
    ['configured', undefined, 'orders got settings'],
    ['removed', undefined, 'orders 1.0.0 was taken out'],
    ['returned', undefined, 'orders went back to 1.0.0'],
  ] as const)('say what %s means', (kind, before, words) => {
    const [moment] = momentsOf([entry({ at: noon, kind, ...(before === undefined ? {} : { before }) }, 1)]);

    expect(moment?.changes[0]?.words).toBe(words);
  });

  it('are found by any time, which has the state of the moment before it', () => {
    const moments = momentsOf([entry({ at: one }, 2), entry({ at: noon }, 1)]);

    expect(momentAt(moments, '2026-01-01T12:30:00.000Z')?.plan).toBe(1);
    expect(momentAt(moments, one)?.plan).toBe(2);
    expect(momentAt(moments, '2026-01-01T11:00:00.000Z')).toBeNull();
  });
});
