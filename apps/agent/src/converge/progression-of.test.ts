import { describe, expect, it } from 'vitest';
import { aCanary, anAnalysis, aShop } from './application-for-tests.ts';
import { analysisSpecOf, progressionOf } from './progression-of.ts';
import { stepWords } from './rollout-report.ts';

describe('the steps of a strategy', () => {
  it('are none where instances simply replace each other', () => {
    expect(progressionOf(aShop('op', { strategy: 'rolling' }))).toBeNull();
    expect(progressionOf(aShop('op', { strategy: 'recreate' }))).toBeNull();
  });

  it('are those of a canary, in milliseconds, until all requests', () => {
    const shop = aShop('op', {
      ...aCanary,
      steps: [{ header: [{ name: 'x-tester', value: 'yes' }] }, { scale: '50%' }, { pause: 60 }, ...aCanary.steps],
      keepOld: 5,
    });

    expect(progressionOf(shop)).toMatchObject({
      steps: [
        { kind: 'header', matches: [{ header: 'x-tester', equals: 'yes' }] },
        { kind: 'scale', percent: 50 },
        { kind: 'pause', duration: 60_000 },
        { kind: 'weight', weight: 25 },
        // 2 measurements and 30 more, four errors and one, of ten seconds each, and a minute.
        { kind: 'analyse', within: 37 * 10_000 + 60_000, baseline: 'stable' },
        { kind: 'weight', weight: 100 },
      ],
      keepOld: 5000,
      holdLimit: 86_400_000,
      decides: 'ada',
      reactions: { marginal: 'hold', 'insufficient-data': 'hold', error: 'hold' },
    });
  });

  it('have the analyses that the strategy gives them, by their names', () => {
    const names = (strategy: Parameters<typeof aShop>[1]) => {
      const shop = aShop('op', strategy);
      const steps = progressionOf(shop)?.steps ?? [];
      return steps.flatMap((each, index) =>
        each.kind === 'analyse' ? [analysisSpecOf(shop.strategy, `step-${index + 1}`)?.metrics[0]?.name] : [],
      );
    };
    const called = (name: string) => ({ metrics: anAnalysis.metrics.map((each) => ({ ...each, name })) });

    expect(names(aCanary)).toEqual(['errors']);
    expect(names({ strategy: 'blue-green', before: called('early'), after: called('late') })).toEqual([
      'early',
      'late',
    ]);
    expect(names({ strategy: 'blue-green', after: called('late') })).toEqual(['late']);
    expect(names({ strategy: 'blue-green', before: called('early') })).toEqual(['early']);
    const beside = aShop('op', { ...aCanary, analysis: { from: 0, ...called('beside') } });
    expect(analysisSpecOf(beside.strategy, 'background')?.metrics[0]?.name).toBe('beside');
  });

  it('are said in words', () => {
    const shop = aShop('op', { strategy: 'blue-green', promoteAfter: 'until-resumed' });

    expect(progressionOf(shop)?.steps.map(stepWords)).toEqual([
      '100 % of the instances',
      'preview by x-almanac-preview',
      'wait for somebody',
      'no preview',
      'all requests',
    ]);
  });
});
