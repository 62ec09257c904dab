import { z } from 'zod';
import { id, named, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { buildReference } from './applications.ts';

export const planState = z.enum([
  'draft',
  'awaiting-approval',
  'scheduled',
  'queued',
  'staging',
  'staged',
  'deploying',
  'paused',
  'aborting',
  'returning',
  'succeeded',
  'succeeded-with-warnings',
  'cancelled',
  'aborted',
  'returned',
  'failed',
  'expired',
]);
export type PlanState = z.output<typeof planState>;

export const operationState = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'returning',
  'returned',
  'cancelled',
]);

/** What happens to the rest of a plan when one of its operations fails. */
export const failurePolicy = z.enum(['stop', 'continue', 'return']);

/** What a plan does, or could do, to one application; `build` is what is deployed. */
export const plannedChange = z
  .object({
    kind: z.enum(['deploy', 'configure', 'remove']),
    application: named<'application'>(),
    build: buildReference.nullable().optional(),
  })
  .meta({ id: 'PlannedChange' });

/** One end of a reference; `build` is null where the application would not be in the environment. */
const findingEnd = z.object({
  application: named<'application'>(),
  build: buildReference.nullable(),
  module: z.string().nullable(),
});

const chainLink = z.discriminatedUnion('link', [
  z.object({ link: z.literal('change'), change: plannedChange }),
  z.object({ link: z.literal('contract'), contract: z.string(), elements: z.array(z.string()) }),
  z.object({ link: z.literal('consumer'), application: named<'application'>(), module: z.string().nullable() }),
  z.object({ link: z.literal('producer'), application: named<'application'>(), module: z.string().nullable() }),
]);

const remedy = z.union([
  plannedChange,
  z.object({ kind: z.literal('set-setting'), application: named<'application'>(), key: z.string() }),
]);

export const findingCode = z.enum([
  'producer-missing',
  'contract-missing',
  'element-missing',
  'element-incompatible',
  'consumer-remains',
  'contract-provided-twice',
  'setting-missing',
  'connection-missing',
  'capability-missing',
  'no-site',
  'name-taken',
  'build-unusable',
  'consumer-outdated',
  'newer-producer',
  'downgrade',
  'migration-irreversible',
  'hotfix-lost',
  'restore-removes',
  'restore-incomplete',
  'restore-overtakes',
  'settings-of-then',
]);

export const finding = z
  .object({
    code: findingCode,
    severity: z.enum(['error', 'warning']),
    /** Name of the application that the finding is about. */
    application: z.string(),
    detail: z.string(),
    /** The next step that would mend it, in words. */
    fix: z.string().nullable(),
    /** The rest is told of references, and absent in plans of before it was. */
    consumer: findingEnd.nullable().optional(),
    producer: findingEnd.nullable().optional(),
    contract: z.string().nullable().optional(),
    /** Elements of the contract that are concerned, all of them. */
    elements: z.array(z.string()).optional(),
    /** A setting, a connection, a capability, a build or a hotfix that the finding names. */
    subject: z.string().nullable().optional(),
    site: z.string().nullable().optional(),
    /** From the change that causes it to what it leads to. */
    chain: z.array(chainLink).optional(),
    /** The next step that would mend it, for machines; an operation can be added to the plan as it is. */
    remedy: remedy.nullable().optional(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.output<typeof finding>;

export const operation = z
  .object({
    id: id<'operation'>(),
    application: named<'application'>(),
    kind: z.enum(['deploy', 'configure', 'remove']),
    /** Waves run one after the other, the operations of a wave together; producers come before consumers. */
    wave: z.int(),
    before: buildReference.nullable(),
    after: buildReference.nullable(),
    state: operationState,
    message: z.string().nullable(),
    /** Progress on each site. */
    sites: z.array(
      z.object({
        site: named<'site'>(),
        /** A phase of the agent, or `waiting` before it acted, or `offline`. */
        phase: z.string(),
        message: z.string().nullable(),
        at: timestamp.nullable(),
      }),
    ),
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Operation' });
export type Operation = z.output<typeof operation>;

/** Why a plan exists. */
export const planOrigin = z.enum(['composed', 'promotion', 'rollback', 'following', 'restore']);

export const plan = z
  .object({
    id: id<'plan'>(),
    /** Counts plans from 1; for people. */
    number: z.int(),
    environment: named<'environment'>(),
    state: planState,
    /** What it waits for or why it ended so. */
    reason: z.string().nullable(),
    origin: planOrigin,
    notes: z.string(),
    failurePolicy,
    requestedBy: z.string(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    operations: z.array(operation),
    findings: z.array(finding),
    revision,
  })
  .meta({ id: 'Plan' });
export type Plan = z.output<typeof plan>;

/** Which build an operation deploys. */
export const deploySource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('build'), build: id<'build'>() }),
  z.strictObject({ kind: z.literal('version'), number: z.string().max(40) }),
  /** What another environment runs: a promotion. */
  z.strictObject({ kind: z.literal('environment'), environment: reference }),
  /** What the environment ran before the present build: a rollback. */
  z.strictObject({ kind: z.literal('previous') }),
  /** What the environment ran at a moment, with the settings of then. */
  z.strictObject({ kind: z.literal('moment'), at: timestamp }),
  /** What ran before a plan changed it, with the settings of then. */
  z.strictObject({ kind: z.literal('before-plan'), plan: reference }),
  /** The newest build of the application that succeeded. */
  z.strictObject({ kind: z.literal('latest') }),
]);

export const operationRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deploy'), application: reference, source: deploySource }),
  /** Applies changed settings to what runs. */
  z.strictObject({ kind: z.literal('configure'), application: reference }),
  z.strictObject({ kind: z.literal('remove'), application: reference }),
]);

const onePlan = z.object({ plan: reference });
/** Says which revision of the plan was seen, so that nobody starts what somebody else changed meanwhile. */
const planCommand = z.strictObject({ revision: revision.optional() });

export const planRoutes = {
  listPlans: route({
    method: 'GET',
    path: '/plans',
    summary: 'Lists plans, newest first',
    permission: 'capability:list',
    audit: null,
    query: paging.extend({
      environment: reference.optional(),
      application: reference.optional(),
      active: z.stringbool().optional(),
    }),
    response: page(plan),
  }),
  createPlan: route({
    method: 'POST',
    path: '/plans',
    summary:
      'Composes a plan; its findings come with it. With `start` it is started at once unless findings prevent it',
    permission: 'capability:deploy',
    audit: 'plan-created',
    body: z.strictObject({
      environment: reference,
      operations: z.array(operationRequest).min(1).max(200),
      notes: z.string().max(10_000).default(''),
      failurePolicy: failurePolicy.default('stop'),
      start: z.boolean().default(false),
    }),
    response: plan,
    status: 201,
  }),
  getPlan: route({
    method: 'GET',
    path: '/plans/:plan',
    summary: 'Shows one plan by key or number; `wait` keeps the request open until its revision passes `after`',
    permission: 'capability:list',
    audit: null,
    params: onePlan,
    query: z.object({
      after: z.coerce.number().int().nonnegative().optional(),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: plan,
  }),
  startPlan: route({
    method: 'POST',
    path: '/plans/:plan/start',
    summary: 'Starts a draft; it waits in the queue while it touches what another plan changes',
    permission: 'capability:deploy',
    audit: 'plan-started',
    params: onePlan,
    body: planCommand,
    response: plan,
  }),
  cancelPlan: route({
    method: 'POST',
    path: '/plans/:plan/cancel',
    summary: 'Cancels a plan that changed nothing yet',
    permission: 'capability:deploy',
    audit: 'plan-cancelled',
    params: onePlan,
    body: planCommand,
    response: plan,
  }),
  abortPlan: route({
    method: 'POST',
    path: '/plans/:plan/abort',
    summary: 'Stops a running plan: finished operations stay, running ones go back to what was before',
    permission: 'capability:deploy',
    audit: 'plan-aborted',
    params: onePlan,
    body: planCommand,
    response: plan,
  }),
  readPlanLog: route({
    method: 'GET',
    path: '/plans/:plan/log',
    summary: 'Reads the log of a plan from a position; `wait` keeps the request open for new entries',
    permission: 'capability:list',
    audit: null,
    params: onePlan,
    query: z.object({
      after: z.coerce.number().int().nonnegative().default(0),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: z.object({
      entries: z.array(
        z.object({
          position: z.int(),
          at: timestamp,
          level: z.enum(['info', 'warning', 'error']),
          application: z.string().nullable(),
          site: z.string().nullable(),
          message: z.string(),
        }),
      ),
      next: z.int(),
      complete: z.boolean(),
    }),
  }),
} as const;
