import { z } from 'zod';
import { id, name, named, page, paging, reference, revision, timestamp, versionNumber } from '../primitives.ts';
import { rolloutStrategy } from '../rollout.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';
import { failurePolicy } from './failure-policy.ts';
import { standing } from './governance.ts';

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

const findingCode = z.enum([
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
  'value-set-back',
  'value-moved',
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

export const ringState = z.enum(['waiting', 'running', 'soaking', 'passed', 'stopped', 'returned']);

/** How far one operation is with the sites of one ring. */
export const ringProgress = z
  .object({
    name,
    state: ringState,
    /** When it entered that state. */
    since: timestamp.nullable(),
    /** Its sites, each counted once; null once the operation has ended. */
    counts: z.object({ total: z.int(), done: z.int(), failed: z.int(), offline: z.int(), waiting: z.int() }).nullable(),
  })
  .meta({ id: 'RingProgress' });
export type RingProgress = z.output<typeof ringProgress>;

export const operation = z
  .object({
    id: id<'operation'>(),
    application: named<'application'>(),
    kind: z.enum(['deploy', 'configure', 'remove']),
    /** Waves run one after the other, the operations of a wave together; producers come before consumers. */
    wave: z.int(),
    before: buildReference.nullable(),
    after: buildReference.nullable(),
    /** The key under which sites act on it, by which rollouts go; null where nothing is to run afterwards. */
    siteOperation: z.string().nullable(),
    /** How it takes over this time; null as its environment and its manifest say. */
    rollout: rolloutStrategy.nullable(),
    state: operationState,
    message: z.string().nullable(),
    /** How far it is over the rings of the environment; empty before it begins, and where there are none. */
    rings: z.array(ringProgress),
    /** Progress on each site, of the first 50 by name. */
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

/** Somebody's word on what a plan contained then. */
export const planApproval = z
  .object({
    verdict: z.enum(['approved', 'rejected']),
    by: z.string(),
    role: z.string(),
    teams: z.array(z.string()),
    comment: z.string(),
    content: z.string(),
    /** Whether it was given to the content that the plan has now, and was not withdrawn. */
    valid: z.boolean(),
    at: timestamp,
    withdrawnAt: timestamp.nullable(),
  })
  .meta({ id: 'PlanApproval' });
export type PlanApproval = z.output<typeof planApproval>;

/** A finding, or freezes and windows (`calendar`), that somebody with that right set aside for one content. */
export const planExemption = z
  .object({
    subject: z.string(),
    reason: z.string(),
    by: z.string(),
    content: z.string(),
    valid: z.boolean(),
    at: timestamp,
  })
  .meta({ id: 'PlanExemption' });
export type PlanExemption = z.output<typeof planExemption>;

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
    /** The release that it was composed of; without a key when that was removed since. */
    release: z.object({ id: id<'release'>().nullable(), name: z.string() }).nullable(),
    /** Whether it brings a hotfix, which policy may let pass gates. */
    hotfix: z.boolean(),
    notes: z.string(),
    failurePolicy,
    requestedBy: z.string(),
    /** Who composed it, and everybody who edited it since. */
    authors: z.array(z.string()),
    /** Digest of what was analysed; an approval names the one that it was given to, and is void for any other. */
    content: z.string(),
    /** Not before this time, when set. */
    startAt: timestamp.nullable(),
    /** Until when a staged plan waits to be continued. */
    stagedUntil: timestamp.nullable(),
    /** Whether it is staged and waits to be continued, or rests. */
    waitsForContinue: z.boolean(),
    approvals: z.array(planApproval),
    exemptions: z.array(planExemption),
    /** Codes of findings that somebody said are wanted. */
    confirmed: z.array(z.string()),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    operations: z.array(operation),
    findings: z.array(finding),
    revision,
  })
  .meta({ id: 'Plan' });
export type Plan = z.output<typeof plan>;

/** Whether the values that were set then are set again when the plan begins; otherwise what is set stays. */
const setBack = z.boolean().default(false);

/** Which build an operation deploys. */
export const deploySource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('build'), build: id<'build'>() }),
  z.strictObject({ kind: z.literal('version'), number: z.string().max(40) }),
  /** What another environment runs: a promotion. */
  z.strictObject({ kind: z.literal('environment'), environment: reference }),
  /** What the environment ran before the present build: a rollback. */
  z.strictObject({ kind: z.literal('previous') }),
  /** What the environment ran at a moment, with the settings of then. */
  z.strictObject({ kind: z.literal('moment'), at: timestamp, setBack }),
  /** What ran before a plan changed it, with the settings of then. */
  z.strictObject({ kind: z.literal('before-plan'), plan: reference, setBack }),
  /** The newest build of the application that succeeded. */
  z.strictObject({ kind: z.literal('latest') }),
  /** A build, the newest otherwise, that gets a version number when the plan is started. */
  z.strictObject({
    kind: z.literal('tag'),
    build: id<'build'>().optional(),
    number: versionNumber.optional(),
    notes: z.string().max(10_000).default(''),
  }),
]);

/** Values of settings and connections that come with a plan: they are stored when it begins, and not before. */
const givenSettings = z.record(z.string().min(1).max(80), z.string().max(65_536)).optional();
/** How it takes over this time, whatever the environment and the manifest say. */
const givenRollout = rolloutStrategy.optional();

export const operationRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('deploy'),
    application: reference,
    source: deploySource,
    settings: givenSettings,
    rollout: givenRollout,
  }),
  /** Applies changed settings to what runs. */
  z.strictObject({
    kind: z.literal('configure'),
    application: reference,
    settings: givenSettings,
    rollout: givenRollout,
  }),
  z.strictObject({ kind: z.literal('remove'), application: reference }),
  /** Says of an application that differs that it stays as it is. */
  z.strictObject({ kind: z.literal('leave'), application: reference }),
]);

/** Everything that differs from another environment, besides what is said of single applications. */
const differences = z.strictObject({
  from: reference,
  /** Only applications whose names match; `*` stands for anything. */
  names: z.string().min(1).max(200).optional(),
  /** Only applications of one team. */
  team: z.string().min(1).max(80).optional(),
});

const composition = {
  operations: z.array(operationRequest).max(200).default([]),
  differences: differences.optional(),
  /** Every version of a release that does not run there yet, besides what is said of single applications. */
  release: reference.optional(),
} as const;
/** Codes of findings that are wanted, such as `downgrade`. */
const confirm = z.array(z.string().max(60)).max(20).default([]);
const reason = z.string().trim().min(3, 'say why, in a few words').max(1000);

export const planLogEntry = z.object({
  position: z.int(),
  at: timestamp,
  level: z.enum(['info', 'warning', 'error']),
  application: z.string().nullable(),
  site: z.string().nullable(),
  message: z.string(),
});
export type PlanLogEntry = z.output<typeof planLogEntry>;

/** A plan as it stands as evidence. */
export const planReport = z
  .object({
    madeAt: timestamp,
    plan,
    standing,
    log: z.array(planLogEntry),
  })
  .meta({ id: 'PlanReport' });
export type PlanReport = z.output<typeof planReport>;

const onePlan = z.object({ plan: reference });
/** Says which revision of the plan was seen, so that nobody starts what somebody else changed meanwhile. */
const planCommand = z.strictObject({ revision: revision.optional() });

const aPlan = { kind: 'plan', plan: 'params.plan' } as const;
/** What a plan is composed of besides what it names: whoever composes it must see that. */
const sources = [
  { kind: 'environment', environment: 'body.differences.from', asks: 'list' },
  { kind: 'release', release: 'body.release', asks: 'list' },
] as const;

export const planRoutes = {
  listPlans: route({
    method: 'GET',
    path: '/plans',
    summary: 'Lists plans, newest first',
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
    of: [{ kind: 'operations', environment: 'body.environment', operations: 'body.operations' }, ...sources],
    audit: 'plan-created',
    body: z.strictObject({
      environment: reference,
      ...composition,
      notes: z.string().max(10_000).default(''),
      /** That of the environment's policy, or `stop`, unless given. */
      failurePolicy: failurePolicy.optional(),
      confirm,
      startAt: timestamp.optional(),
      start: z.boolean().default(false),
      /** Waits for the end of a freeze instead of being refused. */
      waitForThaw: z.boolean().default(false),
    }),
    response: plan,
    status: 201,
  }),
  getPlan: route({
    method: 'GET',
    path: '/plans/:plan',
    summary: 'Shows one plan by key or number; `wait` keeps the request open until its revision passes `after`',
    permission: 'capability:list',
    of: [aPlan],
    audit: null,
    params: onePlan,
    query: z.object({
      after: z.coerce.number().int().nonnegative().optional(),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: plan,
  }),
  editPlan: route({
    method: 'PATCH',
    path: '/plans/:plan',
    summary: 'Changes a plan that has not begun; it is a draft again, and approvals of other content are void',
    permission: 'capability:deploy',
    of: [aPlan, { kind: 'operations', plan: 'params.plan', operations: 'body.operations' }, ...sources],
    audit: 'plan-edited',
    params: onePlan,
    body: z.strictObject({
      operations: z.array(operationRequest).max(200).optional(),
      differences: differences.optional(),
      release: reference.optional(),
      notes: z.string().max(10_000).optional(),
      failurePolicy: failurePolicy.optional(),
      revision: revision.optional(),
    }),
    response: plan,
  }),
  startPlan: route({
    method: 'POST',
    path: '/plans/:plan/start',
    summary: 'Starts a draft; it waits at its gates, and in the queue while it touches what another plan changes',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'plan-started',
    params: onePlan,
    body: planCommand.extend({
      confirm,
      /** Waits for the end of a freeze instead of being refused. */
      waitForThaw: z.boolean().default(false),
    }),
    response: plan,
  }),
  cancelPlan: route({
    method: 'POST',
    path: '/plans/:plan/cancel',
    summary: 'Cancels a plan that changed nothing yet',
    permission: 'capability:deploy',
    of: [aPlan],
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
    of: [aPlan],
    audit: 'plan-aborted',
    params: onePlan,
    body: planCommand,
    response: plan,
  }),
  approvePlan: route({
    method: 'POST',
    path: '/plans/:plan/approve',
    summary: 'Approves what a plan contains; `content` is the digest of what was looked at',
    permission: 'capability:approve',
    of: [aPlan],
    stepUp: 'in-production',
    audit: 'plan-approved',
    params: onePlan,
    body: z.strictObject({ content: z.string().min(1).max(100), comment: z.string().max(1000).default('') }),
    response: plan,
  }),
  rejectPlan: route({
    method: 'POST',
    path: '/plans/:plan/reject',
    summary: 'Sends a plan back to whoever composed it',
    permission: 'capability:approve',
    of: [aPlan],
    audit: 'plan-rejected',
    params: onePlan,
    body: z.strictObject({ comment: reason }),
    response: plan,
  }),
  withdrawApproval: route({
    method: 'POST',
    path: '/plans/:plan/withdraw',
    summary: 'Takes your approval of a plan back, as long as it has not begun',
    permission: 'capability:approve',
    of: [aPlan],
    audit: 'plan-approval-withdrawn',
    params: onePlan,
    body: z.strictObject({}),
    response: plan,
  }),
  schedulePlan: route({
    method: 'POST',
    path: '/plans/:plan/schedule',
    summary: 'Says when a plan may begin at the earliest; null for as soon as its gates are open',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'plan-scheduled',
    params: onePlan,
    body: planCommand.extend({ startAt: timestamp.nullable() }),
    response: plan,
  }),
  continuePlan: route({
    method: 'POST',
    path: '/plans/:plan/continue',
    summary: 'Lets a staged plan switch, or a paused one go on',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'plan-continued',
    params: onePlan,
    body: planCommand,
    response: plan,
  }),
  pausePlan: route({
    method: 'POST',
    path: '/plans/:plan/pause',
    summary: 'Lets a plan rest: nothing further begins, what runs comes to its end',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'plan-paused',
    params: onePlan,
    body: planCommand.extend({ reason }),
    response: plan,
  }),
  returnRing: route({
    method: 'POST',
    path: '/plans/:plan/rings/:ring/return',
    summary: 'Takes a ring of sites, and all later ones, back to what they ran before; the plan rests then',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'ring-returned',
    params: onePlan.extend({ ring: name }),
    body: planCommand,
    response: plan,
  }),
  exemptPlan: route({
    method: 'POST',
    path: '/plans/:plan/exemptions',
    summary:
      'Sets a finding aside, or freezes and change windows, for what this plan contains now, with a reason that is kept',
    permission: 'capability:administer',
    of: [aPlan],
    audit: 'plan-exempted',
    params: onePlan,
    body: z.strictObject({
      subject: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('finding'), code: z.string().max(60), application: reference }),
        z.strictObject({ kind: z.literal('calendar') }),
      ]),
      reason,
    }),
    response: plan,
  }),
  retryPlan: route({
    method: 'POST',
    path: '/plans/:plan/retry',
    summary: 'Makes a new draft of the same content',
    permission: 'capability:deploy',
    of: [aPlan],
    audit: 'plan-created',
    params: onePlan,
    body: z.strictObject({}),
    response: plan,
    status: 201,
  }),
  reusePlan: route({
    method: 'POST',
    path: '/plans/:plan/reuse',
    summary: 'Makes a new draft of the same builds for another environment; settings are those of that environment',
    permission: 'capability:deploy',
    of: [
      { kind: 'plan', plan: 'params.plan', asks: 'list' },
      { kind: 'plan', plan: 'params.plan', elsewhere: 'body.environment' },
    ],
    audit: 'plan-created',
    params: onePlan,
    body: z.strictObject({ environment: reference }),
    response: plan,
    status: 201,
  }),
  getPlanStanding: route({
    method: 'GET',
    path: '/plans/:plan/standing',
    summary: 'Lists everything that stands between a plan and its start, with owner, next action and earliest time',
    permission: 'capability:list',
    of: [aPlan],
    audit: null,
    params: onePlan,
    response: standing,
  }),
  getStanding: route({
    method: 'GET',
    path: '/environments/:environment/standing',
    summary: 'Lists everything that stands between a version and an environment',
    permission: 'capability:list',
    of: [{ kind: 'place', environment: 'params.environment', application: 'query.application' }],
    audit: null,
    params: z.object({ environment: reference }),
    query: z.object({ application: reference, version: z.string().min(1).max(64) }),
    response: standing.extend({
      application: named<'application'>(),
      environment: named<'environment'>(),
      build: buildReference,
      /** Whether the environment runs it already. */
      runs: z.boolean(),
    }),
  }),
  getPlanReport: route({
    method: 'GET',
    path: '/plans/:plan/report',
    summary: 'A plan as evidence: content, findings, approvals, exemptions, gates, results on each site, and its log',
    permission: 'capability:list',
    of: [aPlan],
    audit: null,
    params: onePlan,
    response: planReport,
  }),
  getPlanReportPage: route({
    method: 'GET',
    path: '/plans/:plan/report.html',
    summary: 'The report of a plan as one page that needs nothing else',
    permission: 'capability:list',
    of: [aPlan],
    audit: null,
    params: onePlan,
    response: z.unknown(),
    raw: 'response',
  }),
  readPlanLog: route({
    method: 'GET',
    path: '/plans/:plan/log',
    summary: 'Reads the log of a plan from a position; `wait` keeps the request open for new entries',
    permission: 'capability:list',
    of: [aPlan],
    audit: null,
    params: onePlan,
    query: z.object({
      after: z.coerce.number().int().nonnegative().default(0),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: z.object({
      entries: z.array(planLogEntry),
      next: z.int(),
      complete: z.boolean(),
    }),
  }),
} as const;
