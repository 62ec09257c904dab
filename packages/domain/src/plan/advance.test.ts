import { describe, expect, it } from 'vitest';
import type { Obstacle } from '../governance/obstacle.ts';
import { advancePlan, targetsOf } from './advance.ts';
import type { Plan, PlanObservation } from './plan.ts';
import {
  anObservation,
  anOperation,
  aPlan,
  applicationId,
  aSite,
  aTarget,
  openGates,
  plainCourse,
} from './plan-for-tests.ts';

const now = 1000;
const old = aTarget('old-orders');

/** Each row: where a plan stands, what is observed, and where it stands expected. */
const steps: readonly {
  readonly says: string;
  readonly plan: Plan;
  readonly observed: PlanObservation;
  readonly expected: {
    readonly state: Plan['state'];
    readonly operations?: readonly string[];
    readonly reason?: RegExp | null;
  };
}[] = [
  {
    says: 'a draft stays a draft',
    plan: aPlan({ state: 'draft' }),
    observed: anObservation(),
    expected: { state: 'draft' },
  },
  {
    says: 'a queued plan begins to stage when nobody else changes what it touches',
    plan: aPlan(),
    observed: anObservation({ sites: [aSite('one', { application: 'orders' })] }),
    expected: { state: 'staging', operations: ['pending'], reason: null },
  },
  {
    says: 'a queued plan waits for a plan that changes one of its applications',
    plan: aPlan(),
    observed: anObservation({
      active: [{ number: 7, touches: [{ application: applicationId('orders'), name: 'orders' }] }],
    }),
    expected: { state: 'queued', reason: /waits for plan 7 \(orders\)/ },
  },
  {
    says: 'a queued plan waits for a plan that changes a neighbour',
    plan: aPlan({ neighbours: [applicationId('catalog')] }),
    observed: anObservation({
      active: [{ number: 7, touches: [{ application: applicationId('catalog'), name: 'catalog' }] }],
    }),
    expected: { state: 'queued', reason: /waits for plan 7 \(catalog\)/ },
  },
  {
    says: 'a plan that is staging waits while every site of an application is offline',
    plan: aPlan({ state: 'staging' }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders', online: false })] }),
    expected: { state: 'staging', reason: /orders waits for a site that is online/ },
  },
  {
    says: 'a plan that is staging waits until each online site has the files',
    plan: aPlan({ state: 'staging' }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'staged' } }),
        aSite('two', { application: 'orders', reports: { 'new-orders': 'pulling' } }),
      ],
    }),
    expected: { state: 'staging', operations: ['pending'] },
  },
  {
    says: 'a plan whose files are on every online site begins its first wave',
    plan: aPlan({
      state: 'staging',
      operations: [anOperation('orders'), anOperation('storefront', { wave: 1 })],
    }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'staged' } }),
        aSite('two', { application: 'orders', online: false }),
        aSite('one', { application: 'storefront', reports: { 'new-storefront': 'staged' } }),
      ],
    }),
    expected: { state: 'deploying', operations: ['running', 'pending'] },
  },
  {
    says: 'staging that fails on a site fails the plan before anything changed',
    plan: aPlan({ state: 'staging', operations: [anOperation('orders'), anOperation('storefront')] }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'failed' } }),
        aSite('one', { application: 'storefront', reports: { 'new-storefront': 'staged' } }),
      ],
    }),
    expected: { state: 'failed', operations: ['failed', 'cancelled'], reason: /new-orders broke \(one\)/ },
  },
  {
    says: 'a plan whose only operation is healthy everywhere succeeded',
    plan: aPlan({ state: 'deploying', operations: [anOperation('orders', { state: 'running' })] }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders', reports: { 'new-orders': 'healthy' } })] }),
    expected: { state: 'succeeded', operations: ['succeeded'] },
  },
  {
    says: 'a plan says what the rollout of its operation waits for',
    plan: aPlan({ state: 'deploying', operations: [anOperation('orders', { state: 'running' })] }),
    observed: anObservation({
      sites: [
        {
          ...aSite('one', { application: 'orders' }),
          reports: [{ operation: 'new-orders', phase: 'stepping', message: 'waits for ada: it cannot tell' }],
        },
      ],
    }),
    expected: { state: 'deploying', operations: ['running'], reason: /^orders waits for ada: it cannot tell \(one\)$/ },
  },
  {
    says: 'an offline site does not hold a plan up',
    plan: aPlan({ state: 'deploying', operations: [anOperation('orders', { state: 'running' })] }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'healthy' } }),
        aSite('two', { application: 'orders', online: false }),
      ],
    }),
    expected: { state: 'succeeded', operations: ['succeeded'] },
  },
  {
    says: 'the next wave begins when the one before it succeeded',
    plan: aPlan({
      state: 'deploying',
      operations: [anOperation('orders', { state: 'running' }), anOperation('storefront', { wave: 1 })],
    }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders', reports: { 'new-orders': 'healthy' } })] }),
    expected: { state: 'deploying', operations: ['succeeded', 'running'] },
  },
  {
    says: 'the policy stop leaves out what has not begun when an operation fails',
    plan: aPlan({
      state: 'deploying',
      operations: [anOperation('orders', { state: 'running' }), anOperation('storefront', { wave: 1 })],
    }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders', reports: { 'new-orders': 'failed' } })] }),
    expected: {
      state: 'failed',
      operations: ['failed', 'cancelled'],
      reason: /orders failed and runs what it ran before/,
    },
  },
  {
    says: 'the policy continue goes on and ends with warnings',
    plan: aPlan({
      state: 'deploying',
      failurePolicy: 'continue',
      operations: [
        anOperation('orders', { state: 'running' }),
        anOperation('storefront', { wave: 1, state: 'pending' }),
      ],
    }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'failed' } }),
        aSite('one', { application: 'storefront', reports: { 'new-storefront': 'healthy' } }),
      ],
    }),
    expected: { state: 'succeeded-with-warnings', operations: ['failed', 'succeeded'] },
  },
  {
    says: 'the policy return takes back what had succeeded',
    plan: aPlan({
      state: 'deploying',
      failurePolicy: 'return',
      operations: [
        anOperation('orders', { state: 'succeeded', before: old }),
        anOperation('storefront', { wave: 1, state: 'running' }),
      ],
    }),
    observed: anObservation({
      sites: [
        aSite('one', { application: 'orders', reports: { 'new-orders': 'healthy' } }),
        aSite('one', { application: 'storefront', reports: { 'new-storefront': 'failed' } }),
      ],
    }),
    expected: { state: 'returning', operations: ['returning', 'failed'] },
  },
  {
    says: 'a plan that goes back has returned when its sites run what they ran before',
    plan: aPlan({ state: 'returning', operations: [anOperation('orders', { state: 'returning', before: old })] }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders', reports: { 'old-orders': 'healthy' } })] }),
    expected: { state: 'returned', operations: ['returned'] },
  },
  {
    says: 'a plan that goes back waits while its content still runs beside the old one',
    plan: aPlan({ state: 'returning', operations: [anOperation('orders', { state: 'returning', before: old })] }),
    observed: anObservation({
      sites: [aSite('one', { application: 'orders', reports: { 'old-orders': 'healthy', 'new-orders': 'healthy' } })],
    }),
    expected: { state: 'returning', operations: ['returning'] },
  },
  {
    says: 'an aborted first deployment is back when the application is gone',
    plan: aPlan({ state: 'aborting', operations: [anOperation('orders', { state: 'returning' })] }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders' })] }),
    expected: { state: 'aborted', operations: ['returned'] },
  },
  {
    says: 'a removal has succeeded when no online site reports the application',
    plan: aPlan({
      state: 'deploying',
      operations: [anOperation('orders', { kind: 'remove', after: null, before: old, state: 'running' })],
    }),
    observed: anObservation({ sites: [aSite('one', { application: 'orders' })] }),
    expected: { state: 'succeeded', operations: ['succeeded'] },
  },
  {
    says: 'a removal waits while a site still reports the application',
    plan: aPlan({
      state: 'deploying',
      operations: [anOperation('orders', { kind: 'remove', after: null, before: old, state: 'running' })],
    }),
    observed: anObservation({
      sites: [aSite('one', { application: 'orders', reports: { 'old-orders': 'removing' } })],
    }),
    expected: { state: 'deploying', operations: ['running'] },
  },
];

describe('advancing a plan', () => {
  it.each(steps)('$says', ({ plan, observed, expected }) => {
    const { plan: after } = advancePlan(plan, observed, now);

    expect(after.state).toBe(expected.state);
    if (expected.operations !== undefined)
      expect(after.operations.map((each) => each.state)).toEqual(expected.operations);
    if (expected.reason === null) expect(after.reason).toBeNull();
    else if (expected.reason !== undefined) expect(after.reason).toMatch(expected.reason);
  });

  it.each(steps)('a second look changes nothing: $says', ({ plan, observed }) => {
    const once = advancePlan(plan, observed, now).plan;

    const again = advancePlan(once, observed, now + 1);

    expect(again.plan).toBe(once);
    expect(again.notes).toEqual([]);
  });

  it('keeps what the environment has when the plan begins, to go back to', () => {
    const observed = anObservation({
      sites: [aSite('one', { application: 'orders' })],
      targets: new Map([[applicationId('orders'), old]]),
    });

    const { plan } = advancePlan(aPlan(), observed, now);

    expect(plan.operations[0]?.before).toEqual(old);
  });

  it('says which site an operation failed on and why', () => {
    const plan = aPlan({ state: 'deploying', operations: [anOperation('orders', { state: 'running' })] });
    const sites = [aSite('one', { application: 'orders', reports: { 'new-orders': 'failed' } })];

    const { notes } = advancePlan(plan, anObservation({ sites }), now);

    expect(notes[0]).toEqual({
      level: 'error',
      application: 'orders',
      site: 'one',
      message: 'failed: new-orders broke; what ran before runs on',
    });
  });
});

describe('what a plan asks of an environment', () => {
  const table: readonly [Plan['state'], Plan['operations'][number]['state'], string | null, string | null][] = [
    ['staging', 'pending', 'old-orders', 'new-orders'],
    ['deploying', 'pending', 'old-orders', 'new-orders'],
    ['deploying', 'running', 'new-orders', null],
    ['deploying', 'succeeded', 'new-orders', null],
    ['deploying', 'failed', 'old-orders', null],
    ['returning', 'returning', 'old-orders', null],
    ['failed', 'cancelled', 'old-orders', null],
  ];

  it.each(table)('in %s an operation that is %s wants %s, and %s beside it', (state, operation, target, staged) => {
    const plan = aPlan({ state, operations: [anOperation('orders', { state: operation, before: old })] });

    const wanted = targetsOf(plan).get(applicationId('orders'));

    expect(wanted?.target?.operation ?? null).toBe(target);
    expect(wanted?.staged?.operation ?? null).toBe(staged);
  });
});

const anObstacle = (code: Obstacle['code']): Obstacle => ({
  code,
  application: null,
  detail: `it is ${code}`,
  owner: 'somebody',
  action: 'something',
  earliest: null,
});
const twoStep = { ...plainCourse, twoStep: true };
const healthy = (name: string) => aSite('one', { application: name, reports: { [`new-${name}`]: 'healthy' } });
const moved = (plan: Plan) => ({
  content: 'content-2',
  operations: plan.operations.map((each) => ({ ...each, after: aTarget('newer-orders') })),
  neighbours: plan.neighbours,
});

describe('the gates of a plan', () => {
  it.each<[from: Plan['state'], obstacles: readonly Obstacle['code'][], to: Plan['state']]>([
    ['awaiting-approval', ['approval-missing'], 'awaiting-approval'],
    ['awaiting-approval', ['outside-window'], 'scheduled'],
    ['awaiting-approval', [], 'staging'],
    ['awaiting-approval', ['finding'], 'draft'],
    ['scheduled', ['scheduled'], 'scheduled'],
    ['scheduled', ['frozen'], 'scheduled'],
    ['scheduled', ['approval-missing', 'frozen'], 'awaiting-approval'],
    ['scheduled', ['quarantined'], 'draft'],
    ['scheduled', [], 'staging'],
    ['queued', ['outside-window'], 'scheduled'],
    ['queued', ['approval-missing'], 'awaiting-approval'],
    ['queued', ['unconfirmed', 'approval-missing'], 'draft'],
  ])('lead from %s past %j to %s', (state, obstacles, to) => {
    const plan = aPlan({ state });
    const gates = openGates(plan, { obstacles: obstacles.map(anObstacle) });

    const after = advancePlan(plan, anObservation({ gates }), now).plan;

    expect(after.state).toBe(to);
    if (to !== 'staging') expect(after.reason).toContain(`it is ${obstacles[0]}`);
  });

  it('take what was analysed anew when something moved, and its obstacles with it', () => {
    const plan = aPlan({ state: 'queued' });
    const gates = openGates(plan, { analysed: moved(plan), obstacles: [anObstacle('approval-missing')] });

    const { plan: after, notes } = advancePlan(plan, anObservation({ gates }), now);

    expect(after).toMatchObject({ state: 'awaiting-approval', content: 'content-2' });
    expect(after.operations[0]?.after?.operation).toBe('newer-orders');
    expect(notes[0]?.message).toContain('analysed again');
  });
});

describe('a plan in two steps', () => {
  const staged = aPlan({ state: 'staged', course: twoStep, stagedUntil: now + 1000 });
  const after = (plan: Plan, gates: Partial<ReturnType<typeof openGates>> = {}, at = now) =>
    advancePlan(plan, anObservation({ gates: openGates(plan, gates) }), at).plan;

  it('stops once everything is staged, and says until when it waits', () => {
    const plan = aPlan({ state: 'staging', course: twoStep });
    const sites = [aSite('one', { application: 'orders', reports: { 'new-orders': 'staged' } })];

    expect(advancePlan(plan, anObservation({ sites, gates: openGates(plan) }), now).plan).toMatchObject({
      state: 'staged',
      stagedUntil: now + twoStep.stagedFor,
    });
  });

  it('switches when it was continued, and not before', () => {
    expect(after(staged)).toBe(staged);
    expect(after({ ...staged, continued: true }).state).toBe('deploying');
  });

  it('waits for its window and for the end of a freeze after it was continued', () => {
    const closed = after({ ...staged, continued: true }, { obstacles: [anObstacle('outside-window')] });

    expect(closed).toMatchObject({ state: 'staged', reason: 'it is outside-window' });
  });

  it('expires at the end of its time, a millisecond later than it still waits', () => {
    expect(after(staged, {}, now + 999).state).toBe('staged');
    expect(after({ ...staged, continued: true }, {}, now + 1000)).toMatchObject({
      state: 'expired',
      operations: [{ state: 'cancelled' }],
    });
  });

  it('is staged anew, and waits to be continued anew, when what it was analysed against moved', () => {
    const plan = { ...staged, continued: true };

    expect(after(plan, { analysed: moved(plan) })).toMatchObject({
      state: 'staging',
      content: 'content-2',
      continued: false,
      operations: [{ after: { operation: 'newer-orders' } }],
    });
  });

  it.each(['approval-missing', 'quarantined', 'finding'] as const)('expires when it is %s', (code) => {
    expect(after(staged, { obstacles: [anObstacle(code)] })).toMatchObject({
      state: 'expired',
      reason: expect.stringContaining(`it is ${code}`),
    });
  });
});

describe('a plan that runs', () => {
  const both = [anOperation('orders'), anOperation('catalog')];

  it('runs as many operations at once as policy says', () => {
    const plan = aPlan({ state: 'deploying', course: { ...plainCourse, parallel: 1 }, operations: both });

    const first = advancePlan(plan, anObservation({ gates: openGates(plan) }), now).plan;
    const sites = [healthy('orders')];
    const second = advancePlan(first, anObservation({ sites, gates: openGates(first) }), now).plan;

    expect(first.operations.map((each) => each.state)).toEqual(['running', 'pending']);
    expect(second.operations.map((each) => each.state)).toEqual(['succeeded', 'running']);
  });

  it('rests during a freeze where policy says so, lets what runs end, and goes on when it is over', () => {
    const course = { ...plainCourse, whileFrozen: 'stop', parallel: 1 } as const;
    const operations = [anOperation('orders', { state: 'running' }), anOperation('catalog')];
    const plan = aPlan({ state: 'deploying', course, operations });
    const frozen = openGates(plan, { frozen: 'year-end' });

    const resting = advancePlan(plan, anObservation({ sites: [healthy('orders')], gates: frozen }), now).plan;
    const still = advancePlan(resting, anObservation({ gates: frozen }), now).plan;
    const thawed = advancePlan(still, anObservation({ gates: openGates(plan) }), now).plan;

    expect(resting).toMatchObject({ state: 'paused', paused: { by: 'freeze' } });
    expect(resting.operations.map((each) => each.state)).toEqual(['succeeded', 'pending']);
    expect(still).toBe(resting);
    expect(thawed).toMatchObject({ state: 'deploying', paused: null });
    expect(thawed.operations.map((each) => each.state)).toEqual(['succeeded', 'running']);
  });

  it('finishes during a freeze otherwise', () => {
    const plan = aPlan({ state: 'deploying', operations: both });
    const gates = openGates(plan, { frozen: 'year-end' });

    expect(advancePlan(plan, anObservation({ gates }), now).plan.operations.map((each) => each.state)).toEqual([
      'running',
      'running',
    ]);
  });

  it('that a person paused stays so when a freeze ends, and what runs comes to its end', () => {
    const operations = [anOperation('orders', { state: 'running' }), anOperation('catalog', { wave: 1 })];
    const plan = aPlan({ state: 'paused', paused: { from: 'deploying', by: 'person' }, operations });

    const after = advancePlan(plan, anObservation({ sites: [healthy('orders')], gates: openGates(plan) }), now).plan;

    expect(after.state).toBe('paused');
    expect(after.operations.map((each) => each.state)).toEqual(['succeeded', 'pending']);
  });

  it('starts no operation whose build was put into quarantine meanwhile', () => {
    const plan = aPlan({ state: 'deploying', operations: [anOperation('orders')] });
    const gates = openGates(plan, { quarantined: new Set([aTarget('new-orders').build]) });

    expect(advancePlan(plan, anObservation({ gates }), now).plan).toMatchObject({
      state: 'failed',
      operations: [{ state: 'failed', message: 'its build was put into quarantine' }],
    });
  });
});
