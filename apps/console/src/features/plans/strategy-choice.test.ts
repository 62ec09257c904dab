import { parseRolloutStrategy, type RolloutStrategy } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { anOperation } from './plans-for-tests.ts';
import {
  judgeStrategy,
  sameStrategy,
  strategiesOfPlan,
  strategyForm,
  strategyOf,
  strategyText,
  withStrategy,
} from './strategy-choice.ts';

const parsed = (text: string): RolloutStrategy => {
  const found = parseRolloutStrategy(text);
  if (!found.ok) throw new Error(text);
  return found.value;
};

describe('the strategy of an operation', () => {
  it.each([
    undefined,
    'rolling',
    'recreate',
    'blue-green',
    'canary:10%,5m,50%,wait',
    '{ strategy: rolling, maxSurge: 3 }',
  ])('%s is shown as a form, and written by it again', (text) => {
    expect(strategyText(strategyForm(text))).toBe(text);
  });

  it('is shown as it was written where it is none', () => {
    expect(strategyForm('canary:soon')).toMatchObject({ kind: 'written', written: 'canary:soon' });
  });

  it('is a canary whatever the blanks between its steps', () => {
    expect(strategyText({ kind: 'canary', steps: ' 10%, 5m,  50% ', written: '' })).toBe('canary:10%,5m,50%');
  });

  it('begins with an example that can be used as it is', () => {
    const form = strategyForm(undefined);

    for (const kind of ['canary', 'written'] as const)
      expect(judgeStrategy(strategyText({ ...form, kind })).faults).toEqual([]);
  });

  it('is said in words, or what is wrong with it', () => {
    expect(judgeStrategy('canary:10%,5m')).toEqual({ words: 'canary: 10 %, wait 5m', faults: [] });
    expect(judgeStrategy('canary:10%,soon').faults).toEqual(['soon is no share as 10%, no pause as 5m, and not wait']);
    expect(judgeStrategy('strategy: canary\nstep: []').faults).toContain(
      'Line 2: unknown key step: did you mean steps?',
    );
    expect(judgeStrategy(undefined)).toEqual({ words: null, faults: [] });
  });
});

describe('strategies by application', () => {
  it('are read as far as they make sense', () => {
    const texts = { orders: 'recreate', catalog: 'explode' };

    expect([strategyOf(texts, 'orders'), strategyOf(texts, 'catalog'), strategyOf(texts, 'web')]).toEqual([
      parsed('recreate'),
      undefined,
      undefined,
    ]);
  });

  it('are chosen one by one, and leave nothing behind when all are usual', () => {
    const both = withStrategy({ orders: 'recreate' }, { application: 'web', text: 'canary:10%' });

    expect(both).toEqual({ orders: 'recreate', web: 'canary:10%' });
    expect(withStrategy({ orders: 'recreate' }, { application: 'orders', text: undefined })).toBeUndefined();
  });

  it('are those of a plan that is composed anew', () => {
    const operations = [
      anOperation('orders', { rollout: parsed('canary:10%,wait') }),
      anOperation('catalog', { rollout: parsed('{ strategy: rolling, maxSurge: 3 }') }),
      anOperation('web'),
    ];

    const texts = strategiesOfPlan({ operations });

    expect(texts?.['orders']).toBe('canary:10%,wait');
    expect(strategyOf(texts ?? {}, 'catalog')).toEqual(operations[1]?.rollout);
    expect(strategiesOfPlan({ operations: [anOperation('web')] })).toBeUndefined();
  });

  it('are the same whatever the order of their keys', () => {
    const stored = { maxUnavailable: 0, strategy: 'rolling', maxSurge: 1 } as const;

    expect(sameStrategy(parsed('rolling'), stored)).toBe(true);
    expect(sameStrategy(parsed('rolling'), null)).toBe(false);
  });
});
