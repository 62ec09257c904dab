import { describe, expect, it } from 'vitest';
import { advancePlan, targetsOf } from './advance.ts';
import type { Plan, PlanObservation } from './plan.ts';
import { anObservation, anOperation, aPlan, applicationId, aSite, aTarget } from './plan-for-tests.ts';

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
