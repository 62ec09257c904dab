import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceRollout } from './advance-rollout.ts';
import { baselineOf, isBaseline } from './baseline.ts';
import type { Progression, RolloutStep } from './progression.ts';
import type { ModuleTarget, Rollout, RolloutDesired, RolloutInput } from './rollout.ts';
import { aModule, aProgression, aRolloutTarget } from './rollout-for-tests.ts';
import type { Version, World } from './rollout-rules-for-tests.ts';
import { fullStrength, goOn, look, runsNow, settle, worldOf } from './rollout-world-for-tests.ts';

const moduleDrawn = fc.record({
  instances: fc.integer({ min: 1, max: 4 }),
  strategy: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ kind: 'recreate' as const }) },
    {
      weight: 3,
      arbitrary: fc
        .record({ kind: fc.constant('rolling' as const), maxSurge: fc.nat(2), maxUnavailable: fc.nat(2) })
        .filter((each) => each.maxSurge + each.maxUnavailable > 0),
    },
  ),
  serves: fc.boolean(),
});

const stepDrawn: fc.Arbitrary<RolloutStep> = fc.oneof(
  fc.record({ kind: fc.constant('weight' as const), weight: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('scale' as const), instances: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('scale' as const), percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('pause' as const), duration: fc.constantFrom(600, 5000, null) }),
  fc.record({
    kind: fc.constant('analyse' as const),
    within: fc.constantFrom(2000, 20_000),
    baseline: fc.constantFrom('stable' as const, 'fresh' as const),
  }),
  fc.constantFrom(
    { kind: 'header' as const, matches: [{ header: 'x', equals: 'y' }] },
    { kind: 'header' as const, matches: [] },
  ),
  fc.record({ kind: fc.constant('mirror' as const), percent: fc.constantFrom(0, 20) }),
);

const progressionDrawn: fc.Arbitrary<Progression> = fc
  .record({
    steps: fc.array(stepDrawn, { maxLength: 4 }),
    background: fc.option(
      fc.record({
        from: fc.nat(3),
        within: fc.constant(20_000),
        baseline: fc.constantFrom('stable' as const, 'fresh' as const),
      }),
    ),
    dynamicStableScale: fc.boolean(),
    marginal: fc.constantFrom('hold' as const, 'return' as const, 'continue' as const),
    missing: fc.constantFrom('hold' as const, 'return' as const),
    keepOld: fc.constantFrom(0, 5000),
  })
  .map(({ steps, marginal, missing, ...rest }) =>
    aProgression({
      ...rest,
      steps: [...(rest.dynamicStableScale ? rising(steps) : steps), { kind: 'weight', weight: 100 }],
      reactions: { marginal, 'insufficient-data': missing, error: missing },
      holdLimit: 30_000,
    }),
  );

/** The same steps with weights that never fall. */
function rising(steps: readonly RolloutStep[]): readonly RolloutStep[] {
  const weights = steps.flatMap((each) => (each.kind === 'weight' ? each.weight : [])).toSorted((a, b) => a - b);
  return steps.map((each) => (each.kind === 'weight' ? { ...each, weight: weights.shift() ?? 0 } : each));
}

const versionDrawn = fc.record({
  modules: fc.array(moduleDrawn, { minLength: 1, maxLength: 2 }),
  migrate: fc.boolean(),
  verify: fc.boolean(),
  fault: fc.constantFrom('none', 'none', 'none', 'none', 'crashes', 'migrate', 'verify'),
  progression: fc.option(progressionDrawn),
  verdict: fc.constantFrom('pass', 'pass', 'pass', 'marginal', 'fail', 'insufficient-data', 'error', null),
});

const eventDrawn = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'look' as const }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'go on' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(50, 600, 5000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      command: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'resume' as const,
        'promote' as const,
        'skip' as const,
        'abort' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), index: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('want' as const), index: fc.integer({ min: -1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('want again' as const), index: fc.nat(2) }) },
);
type Event = typeof eventDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;
type VersionDrawn = typeof versionDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function makeVersion(drawn: VersionDrawn, index: number): Version {
  const names = ['web', 'worker'];
  const modules = drawn.modules.map(
    (each, position): ModuleTarget =>
      aModule({
        ...each,
        name: names[position] ?? '',
        migrate: drawn.migrate && position === 0,
        verify: drawn.verify && position === 0,
      }),
  );
  return {
    target: {
      ...aRolloutTarget(`op-${index}`, ...modules),
      progression: drawn.progression,
    },
    content: index,
    crashes: drawn.fault === 'crashes',
    migrates: drawn.fault !== 'migrate',
    verifies: drawn.fault !== 'verify',
    verdict: drawn.verdict as Version['verdict'],
  };
}

function happen(world: World, event: Event): void {
  world.now += 1;
  if (event.kind === 'look') look(world);
  else if (event.kind === 'go on') goOn(world);
  else if (event.kind === 'wait') world.now += event.ms;
  else if (event.kind === 'ask') ask(world, event.command);
  else if (event.kind === 'crash') crash(world, event.index);
  else want(world, event);
}

function ask(world: World, kind: Extract<Event, { readonly kind: 'ask' }>['command']): void {
  const operation = world.rollout.candidate?.operation;
  if (operation === undefined) return;
  const number = (world.command?.number ?? 0) + 1;
  const step = kind === 'skip' ? (world.rollout.stepping?.step ?? 0) : null;
  world.command = { number, operation, kind, step, by: 'grace', reason: '' };
  if (kind === 'skip' || kind === 'promote') world.hurried.add(operation);
}

function want(world: World, event: Extract<Event, { readonly index: number }>): void {
  const version = world.versions[event.index];
  // Bounds hold for one switch from full strength; a change of mind in its middle, or a crash, starts from less.
  world.counts.disturbed = true;
  if (event.kind === 'want' || version === undefined) {
    world.target = version?.target ?? null;
    return;
  }
  const operation = `${version.target.operation}-again-${world.versions.length}`;
  world.versions.push({ ...version, target: { ...version.target, operation } });
  world.target = world.versions.at(-1)?.target ?? null;
  if (version.target.modules.some((each) => each.migrate))
    world.steps.push({ step: 'migrate', module: 'web', operation, state: version.migrates ? 'succeeded' : 'failed' });
}

function crash(world: World, index: number): void {
  const instance = world.instances.filter((each) => each.state === 'ready')[index];
  if (instance === undefined) return;
  instance.state = 'exited';
  instance.since = world.now;
  instance.failures = 1;
  world.counts.disturbed = true;
}

function run(
  drawn: readonly VersionDrawn[],
  events: readonly Event[],
  advance: typeof advanceRollout = advanceRollout,
): Rollout {
  const versions = drawn.map((each, index) =>
    makeVersion(index === 0 ? { ...each, fault: 'none', progression: null } : each, index),
  );
  const world = worldOf(versions, advance);
  world.target = world.versions[1]?.target ?? null;

  for (const event of events) happen(world, event);
  settle(world);

  const { phase, stable, failed } = world.rollout;
  if (world.target === null) {
    expect(phase).toBe('idle');
  } else if (phase === 'failed') {
    expect(failed?.operation).toBe(world.target.operation);
    expect(stable?.operation).not.toBe(world.target.operation);
  } else {
    expect(phase).toBe('healthy');
    expect(stable?.operation).toBe(world.target.operation);
  }
  expect(runsNow(world)).toEqual(fullStrength(stable));
  return world.rollout;
}

/** Canaries of one module whose stable version follows its weight, with a baseline of their own or without one. */
const followedDrawn = fc
  .record({
    instances: fc.integer({ min: 2, max: 6 }),
    strategy: fc.constantFrom(
      { kind: 'rolling' as const, maxSurge: 1, maxUnavailable: 0 },
      { kind: 'rolling' as const, maxSurge: 2, maxUnavailable: 1 },
    ),
    weights: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 3 }),
    baseline: fc.constantFrom('stable' as const, 'fresh' as const),
    verdict: fc.constantFrom('pass' as const, 'fail' as const, 'error' as const),
  })
  .map(({ instances, strategy, weights, baseline, verdict }): readonly VersionDrawn[] => {
    const plain: VersionDrawn = {
      modules: [{ instances, strategy, serves: true }],
      migrate: false,
      verify: false,
      fault: 'none',
      progression: null,
      verdict: 'pass',
    };
    const progression = aProgression({
      steps: [
        ...weights.toSorted((a, b) => a - b).map((weight) => ({ kind: 'weight', weight }) as const),
        { kind: 'analyse', within: 20_000, baseline },
        { kind: 'weight', weight: 100 },
      ],
      reactions: { marginal: 'hold', 'insufficient-data': 'return', error: 'return' },
      dynamicStableScale: true,
      holdLimit: 30_000,
    });
    return [plain, { ...plain, progression, verdict }];
  });
/** Nothing crashes and nobody wants anything else, so that all bounds hold. */
const calmEventsDrawn = fc.array(
  eventDrawn.filter((each) => !['crash', 'want', 'want again'].includes(each.kind)),
  { maxLength: 40 },
);

const worldDrawn = fc.array(versionDrawn, { minLength: 2, maxLength: 3 });
const eventsDrawn = fc.array(eventDrawn, { maxLength: 60 });

type Advanced = ReturnType<typeof advanceRollout>;
const seeing =
  (change: (input: RolloutInput) => RolloutInput): typeof advanceRollout =>
  (rollout, input, now) =>
    advanceRollout(rollout, change(input), now);
const deciding =
  (change: (advanced: Advanced, before: Rollout, now: number) => Advanced): typeof advanceRollout =>
  (rollout, input, now) =>
    change(advanceRollout(rollout, input, now), rollout, now);
const sharing = (
  change: (
    share: RolloutDesired['modules'][number]['shares'][number],
    rollout: Rollout,
  ) => RolloutDesired['modules'][number]['shares'][number],
): typeof advanceRollout =>
  deciding(({ rollout, desired }) => ({
    rollout,
    desired: {
      ...desired,
      modules: desired.modules.map((each) => ({
        ...each,
        shares: each.shares.map((share) => change(share, rollout)),
      })),
    },
  }));

/** Engines with one mistake each. */
const mistakes: readonly (readonly [string, typeof advanceRollout])[] = [
  [
    'takes missing data for success',
    seeing((input) => ({
      ...input,
      observation: {
        ...input.observation,
        analyses: input.observation.analyses.map((each) =>
          each.verdict === null || each.verdict === 'insufficient-data' ? { ...each, verdict: 'pass' } : each,
        ),
      },
    })),
  ],
  [
    'overlooks a failed verdict',
    seeing((input) => ({
      ...input,
      observation: {
        ...input.observation,
        analyses: input.observation.analyses.map((each) =>
          each.verdict === 'fail' ? { ...each, verdict: 'pass' } : each,
        ),
      },
    })),
  ],
  [
    'routes requests to whom is not ready',
    sharing((share, { candidate, phase }) =>
      phase === 'stepping' ? { ...share, weight: share.operation === candidate?.operation ? 100 : 0 } : share,
    ),
  ],
  ['loses a hundredth of the requests', sharing((share) => ({ ...share, weight: Math.min(share.weight, 99) }))],
  [
    'takes the stable version down while the candidate is tried',
    sharing((share, { stable, phase }) =>
      phase === 'stepping' && share.operation === stable?.operation ? { ...share, instances: 0 } : share,
    ),
  ],
  [
    'starts more than it may',
    sharing((share, { candidate }) =>
      share.operation === candidate?.operation ? { ...share, instances: share.instances + 5 } : share,
    ),
  ],
  [
    'forgets the verdicts that it took',
    deciding(({ rollout, desired }) => ({
      rollout: rollout.stepping === null ? rollout : { ...rollout, stepping: { ...rollout.stepping, verdicts: [] } },
      desired,
    })),
  ],
  [
    'waits for ever',
    deciding(({ rollout, desired }, _before, now) => {
      const { stepping } = rollout;
      if (stepping?.hold == null) return { rollout, desired };
      return { rollout: { ...rollout, stepping: { ...stepping, hold: { ...stepping.hold, since: now } } }, desired };
    }),
  ],
  [
    'keeps the requests at a candidate that failed',
    sharing((share, { phase, stable }) =>
      phase === 'returning' ? { ...share, weight: share.operation === stable?.operation ? 0 : 100 } : share,
    ),
  ],
];

/** Engines that are wrong about who runs beside a candidate. */
const followingMistakes: readonly (readonly [string, typeof advanceRollout])[] = [
  [
    'gives a baseline fewer requests than its candidate',
    sharing((share, { stable, phase }) => {
      if (phase !== 'stepping' || share.weight === 0) return share;
      if (isBaseline(share.operation)) return { ...share, weight: share.weight - 1 };
      return share.operation === stable?.operation ? { ...share, weight: share.weight + 1 } : share;
    }),
  ],
  [
    'lets a baseline run on when its candidate is in',
    deciding(({ rollout, desired }, before) => ({
      rollout,
      desired: {
        ...desired,
        modules: desired.modules.map((each) => {
          const operation = baselineOf(before.stepping?.operation ?? '');
          const known = rollout.phase === 'stepping' || each.shares.some((share) => share.operation === operation);
          return known ? each : { ...each, shares: [...each.shares, { operation, instances: 1, weight: 0 }] };
        }),
      },
    })),
  ],
  [
    'returns the requests before the stable version has its instances back',
    sharing((share, { phase, stable }) =>
      phase !== 'returning' || share.operation === stable?.operation ? share : { ...share, instances: 0 },
    ),
  ],
  [
    'takes the stable version down before its requests are gone',
    sharing((share, { phase, stable }) =>
      phase === 'stepping' && share.operation === stable?.operation
        ? { ...share, instances: Math.max(0, share.instances - 1) }
        : share,
    ),
  ],
];

describe('a rollout on a site whose instances start, crash and end whenever they please', () => {
  it('keeps its bounds at every step, and ends at full strength with the new version or with the one before', () => {
    const ends = new Map<string, number>();
    const stepped = new Set<string>();
    fc.assert(
      fc.property(worldDrawn, eventsDrawn, (drawn, events) => {
        const { phase, stepping } = run(drawn, events);

        ends.set(phase, (ends.get(phase) ?? 0) + 1);
        for (const { verdict } of stepping?.verdicts ?? []) stepped.add(`${verdict} ${phase}`);
      }),
      { numRuns: 500 },
    );
    // A run in which some end never came would prove less than it says.
    expect([...ends.keys()].toSorted()).toEqual(['failed', 'healthy', 'idle']);
    expect([...stepped]).toEqual(expect.arrayContaining(['pass healthy', 'fail failed', 'error failed']));
  }, 60_000);

  const rolling = (maxSurge: number, maxUnavailable: number) => ({
    kind: 'rolling' as const,
    maxSurge,
    maxUnavailable,
  });
  const steady = { migrate: false, verify: false, fault: 'none', progression: null, verdict: 'pass' } as const;
  const tried = (
    given: Pick<NonNullable<VersionDrawn['progression']>, 'steps' | 'background' | 'dynamicStableScale'>,
  ): Pick<VersionDrawn, 'progression'> => ({
    progression: {
      ...given,
      reactions: { marginal: 'hold', 'insufficient-data': 'hold', error: 'hold' },
      keepOld: 0,
      holdLimit: 30_000,
      decides: 'ada',
    },
  });
  const analysis = { kind: 'analyse', within: 2000, baseline: 'fresh' } as const;
  const weight = (percent: number) => ({ kind: 'weight' as const, weight: percent });
  it.each<readonly [string, readonly VersionDrawn[]]>([
    [
      'a baseline of workers that was compared for the last time',
      [
        { ...steady, modules: [{ instances: 4, strategy: rolling(0, 1), serves: false }] },
        {
          ...steady,
          modules: [{ instances: 4, strategy: rolling(1, 0), serves: false }],
          ...tried({ steps: [weight(23), analysis, weight(100)], background: null, dynamicStableScale: false }),
        },
      ],
    ],
    [
      'an analysis that comes after everything is the candidate’s',
      [
        { ...steady, modules: [{ instances: 1, strategy: rolling(1, 0), serves: false }] },
        {
          ...steady,
          modules: [{ instances: 1, strategy: rolling(0, 1), serves: false }],
          ...tried({ steps: [weight(100), analysis, weight(100)], background: null, dynamicStableScale: false }),
        },
      ],
    ],
    [
      'a module that serves from now on and may miss nobody',
      [
        { ...steady, modules: [{ instances: 4, strategy: rolling(0, 1), serves: false }] },
        {
          ...steady,
          modules: [{ instances: 4, strategy: rolling(1, 0), serves: true }],
          ...tried({
            steps: [weight(38), weight(100)],
            background: { from: 1, within: 20_000, baseline: 'fresh' },
            dynamicStableScale: true,
          }),
        },
      ],
    ],
  ])('keeps its bounds, and ends, with %s', (_, versions) => {
    expect(['healthy', 'failed']).toContain(run(versions, []).phase);
  });

  it('starts a baseline beside its candidate, and takes requests back with the instances for them', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(followedDrawn, calmEventsDrawn, (drawn, events) => {
        ends.add(run(drawn, events).phase);
      }),
      { numRuns: 200 },
    );
    expect([...ends].toSorted()).toEqual(['failed', 'healthy']);
  });

  it.each(followingMistakes)('is seen to be wrong where it %s', (_title, advance) => {
    const property = fc.property(followedDrawn, calmEventsDrawn, (drawn, events) => {
      run(drawn, events, advance);
    });

    expect(fc.check(property, { numRuns: 200, seed: 7, endOnFailure: true }).failed).toBe(true);
  });

  it.each(mistakes)('is seen to be wrong where it %s', (_title, advance) => {
    const property = fc.property(worldDrawn, eventsDrawn, (drawn, events) => {
      run(drawn, events, advance);
    });

    expect(fc.check(property, { numRuns: 400, seed: 7, endOnFailure: true }).failed).toBe(true);
  });
});
