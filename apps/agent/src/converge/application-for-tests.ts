import { type BuildId, idleRollout } from '@almanac/domain';
import { type DesiredApplication, desiredApplication, type RolloutStrategyInput } from '@almanac/protocol';
import type { ApplicationRecord } from '../journal/journal.ts';
import { rolloutTargetOf } from './rollout-target.ts';

const key = '00000000-0000-7000-8000-000000000001';

/** The shop as an operation wants it: two instances of `web`, which serves. */
export function aShop(
  operation: string,
  strategy: RolloutStrategyInput,
  other: Partial<DesiredApplication> = {},
): DesiredApplication {
  return {
    ...desiredApplication.parse({
      application: { id: key, name: 'shop' },
      build: key,
      label: '1.0.0',
      operation,
      strategy,
      decides: 'ada',
      modules: [
        {
          name: 'web',
          artifact: { digest: `sha256:${'0'.repeat(64)}`, size: 1 },
          toolchain: 'node',
          start: 'node .',
          health: '/healthz',
          instances: 2,
          volumes: {},
          resources: {},
          provides: [],
          consumes: [],
          stopGrace: 1,
          startTimeout: 10,
        },
      ],
      settings: {},
      sealed: {},
      connections: {},
      stageOnly: false,
    }),
    ...other,
  };
}

/** A record of the shop that takes steps from `old` to `new`. */
export function aSteppingRecord(strategy: RolloutStrategyInput): ApplicationRecord {
  const [old, fresh] = [
    aShop('old', { strategy: 'rolling' }),
    aShop('new', strategy, { build: 'new build' as BuildId }),
  ];
  return {
    id: key,
    name: 'shop',
    rollout: {
      ...idleRollout,
      phase: 'stepping',
      stable: rolloutTargetOf(old, null),
      candidate: rolloutTargetOf(fresh, null),
      stepping: {
        operation: 'new',
        step: 1,
        since: 60_000,
        weight: 25,
        shortSince: null,
        hold: null,
        promoted: false,
        run: 0,
        backgroundSince: null,
        dynamicStableScale: false,
        verdicts: [],
      },
    },
    specs: { old, new: fresh },
    steps: [],
    analyses: [],
    ports: { web: 8000 },
  };
}

/** One in ten fails at the most, twice in twenty seconds. */
export const anAnalysis = {
  metrics: [
    {
      name: 'errors',
      source: { provider: 'gateway' as const, of: 'error-rate' as const },
      rule: { kind: 'threshold' as const, failure: { above: 0.1 } },
      interval: 10,
      count: 2,
    },
  ],
};

/** A quarter of the requests, and all once the analysis has passed. */
export const aCanary = {
  strategy: 'canary',
  steps: [{ weight: 25 }, { analyse: anAnalysis }],
} satisfies RolloutStrategyInput;
