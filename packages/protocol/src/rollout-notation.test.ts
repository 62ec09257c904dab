import { describe, expect, it } from 'vitest';
import { rolloutStrategy } from './rollout.ts';
import { parseRolloutStrategy, shortStrategy, strategyWords } from './rollout-notation.ts';

const analysed = `strategy: canary
steps:
  - weight: 10
  - analyse:
      metrics:
        - name: errors
          source: { provider: gateway, of: error-rate }
          rule: { kind: threshold, failure: { above: 0.05 } }
          interval: 10
          count: 30
`;

describe('how a version takes over, as people write it', () => {
  it.each([
    ['rolling', { strategy: 'rolling' }],
    ['recreate', { strategy: 'recreate' }],
    ['blue-green', { strategy: 'blue-green' }],
    ['canary:10%', { strategy: 'canary', steps: [{ weight: 10 }] }],
    [
      'canary:2.5%,90s,20%,5m,50%,2h,wait',
      {
        strategy: 'canary',
        steps: [
          { weight: 2.5 },
          { pause: 90 },
          { weight: 20 },
          { pause: 300 },
          { weight: 50 },
          { pause: 7200 },
          { pause: 'until-resumed' },
        ],
      },
    ],
  ] as const)('%s is read, and written the same again', (text, strategy) => {
    expect(parseRolloutStrategy(text)).toEqual({ ok: true, value: rolloutStrategy.parse(strategy) });
    expect(shortStrategy(strategy as never)).toBe(text);
  });

  it('is YAML as in a manifest where it says more, which has no short form', () => {
    const parsed = parseRolloutStrategy(analysed);

    expect(parsed).toMatchObject({ ok: true, value: { steps: [{ weight: 10 }, { analyse: { metrics: [{}] } }] } });
    expect(parsed.ok && shortStrategy(parsed.value)).toBeNull();
    expect(shortStrategy({ strategy: 'rolling', maxSurge: 3 })).toBeNull();
  });

  it.each([
    ['canary:10%,soon', 'steps.1', 'soon is no share as 10%'],
    ['canary:50%,10%', 'steps', 'weights never fall'],
    ['canary:120%', 'steps', '100'],
    ['blue', 'strategy', 'strategy is rolling, recreate, canary or blue-green'],
    ['strategy: canary\nstep: []', 'step', 'did you mean steps?'],
    ['', '', ''],
  ])('%s is refused, with the place', (text, path, detail) => {
    const parsed = parseRolloutStrategy(text);

    expect(parsed.ok ? [] : parsed.faults).toContainEqual(
      expect.objectContaining({ path, detail: expect.stringContaining(detail) }),
    );
  });

  it.each([
    ['canary:10%,5m,wait,50%', 'canary: 10 %, wait 5m, wait for somebody, 50 %'],
    [analysed, 'canary: 10 %, analysis'],
    ['blue-green', 'blue-green: all requests at once, as soon as it is ready'],
    [
      '{ strategy: blue-green, promoteAfter: until-resumed }',
      'blue-green: all requests at once, when somebody resumes it',
    ],
    ['recreate', 'recreate: what runs ends first'],
  ])('%s is said in words', (text, words) => {
    const parsed = parseRolloutStrategy(text);

    expect(parsed.ok && strategyWords(parsed.value)).toBe(words);
  });
});
