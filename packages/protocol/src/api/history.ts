import { z } from 'zod';
import { id, named, page, paging, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';
import { plan } from './plans.ts';

export const historyEntry = z
  .object({
    id: z.string(),
    at: timestamp,
    environment: named<'environment'>(),
    application: named<'application'>(),
    kind: z.enum(['deployed', 'configured', 'removed', 'failed', 'returned']),
    before: buildReference.nullable(),
    after: buildReference.nullable(),
    plan: z.object({ id: id<'plan'>(), number: z.int() }),
    by: z.string(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.output<typeof historyEntry>;

export const aspect = z.enum(['version', 'settings', 'connections', 'scale', 'policy']);

/** What is told of a state; of a secret it is the fingerprint, which tells equal ones and nothing else. */
export const fact = z.object({ text: z.string(), secret: z.boolean() });
export type StateFact = z.output<typeof fact>;

/** A fact in its place: a setting, a connection, the instances of a module. `site` is null where it holds on all. */
export const placedFact = z
  .object({ aspect, key: z.string(), site: z.string().nullable(), fact })
  .meta({ id: 'PlacedFact' });
export type PlacedFact = z.output<typeof placedFact>;

export const environmentState = z
  .object({
    environment: named<'environment'>(),
    /** The moment that was asked for, or now. */
    at: timestamp,
    /** Whether it is the state of now, what a plan changes at this moment included. */
    now: z.boolean(),
    policy: z.array(placedFact),
    applications: z.array(
      z.object({
        application: named<'application'>(),
        /** Null when the build is gone. */
        build: buildReference.nullable(),
        facts: z.array(placedFact),
      }),
    ),
  })
  .meta({ id: 'EnvironmentState' });
export type EnvironmentStateView = z.output<typeof environmentState>;

export const factDifference = z
  .object({ aspect, key: z.string(), site: z.string().nullable(), before: fact.nullable(), after: fact.nullable() })
  .meta({ id: 'FactDifference' });
export type FactDifferenceView = z.output<typeof factDifference>;

const side = z.object({ environment: named<'environment'>(), at: timestamp, now: z.boolean() });

export const stateDifference = z
  .object({
    before: side,
    after: side,
    policy: z.array(factDifference),
    applications: z.array(
      z.object({
        application: named<'application'>(),
        change: z.enum(['added', 'removed', 'changed']),
        before: buildReference.nullable(),
        after: buildReference.nullable(),
        facts: z.array(factDifference),
      }),
    ),
  })
  .meta({ id: 'StateDifference' });
export type StateDifferenceView = z.output<typeof stateDifference>;

/** A commit that an environment does not deploy by itself any more, because somebody went back from it. */
export const hold = z
  .object({
    id: z.string(),
    application: named<'application'>(),
    build: buildReference,
    reason: z.string(),
    plan: z.int(),
    by: z.string(),
    at: timestamp,
  })
  .meta({ id: 'Hold' });
export type Hold = z.output<typeof hold>;

/** Whether values that people set are set back, too, when the plan begins. */
const setBack = z.boolean().default(false);

const oneEnvironment = z.object({ environment: reference });

const anEnvironment = { kind: 'environment', environment: 'params.environment' } as const;

export const historyRoutes = {
  listHistory: route({
    method: 'GET',
    path: '/history',
    summary: 'What changed in environments, newest first',
    permission: 'capability:list',
    of: [
      scope,
      { kind: 'environment', environment: 'query.environment', asks: 'list' },
      { kind: 'application', application: 'query.application', in: 'some', asks: 'list' },
    ],
    audit: null,
    query: paging.extend({
      environment: reference.optional(),
      application: reference.optional(),
      from: timestamp.optional(),
      to: timestamp.optional(),
    }),
    response: page(historyEntry),
  }),
  getEnvironmentState: route({
    method: 'GET',
    path: '/environments/:environment/state',
    summary: 'What an environment is, or was at a moment: versions, settings, connections, scale, policy',
    permission: 'capability:list',
    of: [anEnvironment, scope, { kind: 'place', environment: 'params.environment', application: 'query.application' }],
    audit: null,
    params: oneEnvironment,
    query: z.object({
      at: timestamp.optional(),
      /** Only this one. */
      application: reference.optional(),
      /** `versions` leaves out all but builds and instances: many applications have many settings. */
      facts: z.enum(['all', 'versions']).default('all'),
    }),
    response: environmentState,
  }),
  getStateDifference: route({
    method: 'GET',
    path: '/environments/:environment/diff',
    summary:
      'What is otherwise at the moment `to` than at `from`, here or in the environment `with`; without a moment it is now',
    permission: 'capability:list',
    of: [anEnvironment, { kind: 'environment', environment: 'query.with' }, scope],
    audit: null,
    params: oneEnvironment,
    query: z.object({ from: timestamp.optional(), to: timestamp.optional(), with: reference.optional() }),
    response: stateDifference,
  }),
  restoreEnvironment: route({
    method: 'POST',
    path: '/environments/:environment/restore',
    summary:
      'Composes the plan that makes an environment what it was at a moment, settings included; with `start` it is started, unless findings prevent it or applications would go and `remove` does not confirm it',
    permission: 'capability:deploy',
    of: [{ kind: 'operations', environment: 'params.environment', operations: 'body.applications' }],
    audit: 'restore-planned',
    params: oneEnvironment,
    body: z.strictObject({
      at: timestamp,
      /** Only these; all otherwise. */
      applications: z.array(reference).min(1).max(200).optional(),
      notes: z.string().max(10_000).optional(),
      start: z.boolean().default(false),
      /** Confirms that applications which were not there then are taken out. */
      remove: z.boolean().default(false),
      setBack,
    }),
    response: plan,
    status: 201,
  }),
  rollBackPlan: route({
    method: 'POST',
    path: '/plans/:plan/rollback',
    summary: 'Composes the plan that undoes all that a plan changed, settings included; `start` as in restore',
    permission: 'capability:deploy',
    of: [{ kind: 'plan', plan: 'params.plan' }],
    audit: 'rollback-planned',
    params: z.object({ plan: reference }),
    body: z.strictObject({
      notes: z.string().max(10_000).optional(),
      start: z.boolean().default(false),
      remove: z.boolean().default(false),
      setBack,
    }),
    response: plan,
    status: 201,
  }),
  listHolds: route({
    method: 'GET',
    path: '/environments/:environment/holds',
    summary: 'Commits that an environment which follows a branch does not deploy by itself, and why',
    permission: 'capability:list',
    of: [anEnvironment, scope],
    audit: null,
    params: oneEnvironment,
    query: paging,
    response: page(hold),
  }),
  liftHold: route({
    method: 'DELETE',
    path: '/environments/:environment/holds/:hold',
    summary: 'Lets an environment that follows a branch deploy a commit by itself again',
    permission: 'capability:deploy',
    of: [{ kind: 'hold', environment: 'params.environment', hold: 'params.hold' }],
    audit: 'hold-lifted',
    params: oneEnvironment.extend({ hold: z.uuid() }),
  }),
} as const;
