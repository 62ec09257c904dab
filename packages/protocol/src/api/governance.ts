import { expeditedGates, obstacleCodes, openPolicy, type Policy } from '@almanac/domain';
import { z } from 'zod';
import { commitHash, id, named, page, paging, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';
import { failurePolicy } from './failure-policy.ts';
import { followedPolicy } from './followed-policies.ts';
import { policyScope } from './policy-scope.ts';

const reason = z.string().trim().min(3, 'say why, in a few words').max(1000);
const minutes = z.int().min(0).max(1_000_000);

/** A span of time that may recur: wall-clock start, zone, duration and a recurrence rule (RFC 5545). */
export const calendar = z
  .strictObject({
    start: z.string().max(30),
    zone: z.string().max(60),
    duration: z.string().max(30),
    rule: z.string().max(200).nullable().default(null),
  })
  .meta({ id: 'Calendar' });

export const approvalRule = z
  .strictObject({
    name: z.string().min(1).max(80),
    count: z.int().min(1).max(20).default(1),
    by: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('anyone') }),
        z.strictObject({ kind: z.literal('role'), role: z.string().min(1).max(40) }),
        z.strictObject({ kind: z.literal('team'), team: z.string().min(1).max(60) }),
      ])
      .default({ kind: 'anyone' }),
    excludeRequester: z.boolean().default(true),
  })
  .meta({ id: 'ApprovalRule' });

/** What an environment asks of a change before it begins, and how the change is carried out. Times in minutes. */
export const policy = z
  .strictObject({
    approvals: z.array(approvalRule).max(20).default([]),
    windows: z.array(calendar).max(50).default([]),
    tests: z.boolean().default(openPolicy.tests),
    minimumAge: minutes.nullable().default(null),
    soak: minutes.nullable().default(null),
    twoStep: z.boolean().default(openPolicy.twoStep),
    stagedFor: minutes.min(1).default(openPolicy.stagedFor),
    whileFrozen: z.enum(['finish', 'stop']).default(openPolicy.whileFrozen),
    parallel: z.int().min(1).max(1000).nullable().default(null),
    failurePolicy: failurePolicy.nullable().default(null),
    expedited: z.array(z.enum(expeditedGates)).max(expeditedGates.length).default([]),
  })
  .meta({ id: 'Policy' }) satisfies z.ZodType<Policy>;

/** A policy in one of its versions; the last one holds. */
export const policyVersion = z
  .object({
    scope: policyScope,
    version: z.int(),
    policy,
    note: z.string(),
    /** The commit that it was read from, where it came from a repository. */
    origin: z.object({ repository: z.string(), branch: z.string(), path: z.string(), commit: commitHash }).nullable(),
    changedBy: z.string(),
    changedAt: timestamp,
  })
  .meta({ id: 'PolicyVersion' });
export type PolicyVersion = z.output<typeof policyVersion>;

export const freeze = z
  .object({
    id: id<'freeze'>(),
    name: z.string(),
    scope: policyScope,
    reason: z.string(),
    from: timestamp,
    /** Null until it is lifted. */
    until: timestamp.nullable(),
    /** When it holds between these two; null when all the time. */
    calendar: calendar.nullable(),
    /** Whether it holds at this moment. */
    holds: z.boolean(),
    createdBy: z.string(),
    createdAt: timestamp,
    liftedBy: z.string().nullable(),
    liftedAt: timestamp.nullable(),
    liftReason: z.string().nullable(),
  })
  .meta({ id: 'Freeze' });
export type Freeze = z.output<typeof freeze>;

export const quarantine = z
  .object({
    id: id<'quarantine'>(),
    application: named<'application'>(),
    build: buildReference,
    reason: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    liftedBy: z.string().nullable(),
    liftedAt: timestamp.nullable(),
    liftReason: z.string().nullable(),
  })
  .meta({ id: 'Quarantine' });
export type Quarantine = z.output<typeof quarantine>;

export const obstacle = z
  .object({
    code: z.enum(obstacleCodes),
    /** Null where it concerns the whole plan. */
    application: z.string().nullable(),
    detail: z.string(),
    /** Who can do something about it. */
    owner: z.string(),
    /** What they would do. */
    action: z.string(),
    /** When it passes by itself; null when it never does. */
    earliest: timestamp.nullable(),
  })
  .meta({ id: 'Obstacle' });
export type Obstacle = z.output<typeof obstacle>;

/** The complete list of what stands in the way; an empty one means that nothing does. */
export const standing = z
  .object({
    obstacles: z.array(obstacle),
    /** When nothing stands in the way if nobody does anything; null when somebody has to. */
    earliest: timestamp.nullable(),
  })
  .meta({ id: 'Standing' });
export type Standing = z.output<typeof standing>;

export const governanceRoutes = {
  getPolicy: route({
    method: 'GET',
    path: '/environments/:environment/policy',
    summary: 'Shows what an environment asks of a change: the policies that hold there, and what they come to together',
    permission: 'capability:list',
    of: [{ kind: 'environment', environment: 'params.environment' }],
    audit: null,
    params: z.object({ environment: reference }),
    response: z.object({
      policies: z.array(policyVersion),
      /** Files from which policies that hold there are read. */
      following: z.array(followedPolicy),
      together: policy.omit({ windows: true }).extend({ windows: z.array(z.array(calendar)) }),
    }),
  }),
  listPolicyVersions: route({
    method: 'GET',
    path: '/policies',
    summary: 'Lists the versions of all policies, newest first',
    permission: 'capability:list',
    of: [scope, { kind: 'environment', environment: 'query.environment', asks: 'list' }],
    audit: null,
    query: paging.extend({
      environment: reference.optional(),
      scope: z.enum(['estate', 'path', 'environment']).optional(),
    }),
    response: page(policyVersion),
  }),
  setPolicy: route({
    method: 'PUT',
    path: '/policies',
    summary:
      'Gives an environment, a path or the estate another policy: a new version, the earlier ones stay on record',
    permission: 'right:manage-environments',
    audit: 'policy-changed',
    body: z.strictObject({
      scope: policyScope,
      policy,
      note: z.string().max(1000).default(''),
      /** The version that was looked at, 0 for none: refused when another one holds meanwhile. */
      after: z.int().nonnegative().optional(),
    }),
    response: policyVersion,
  }),
  listOpenings: route({
    method: 'GET',
    path: '/calendars/openings',
    summary: 'Says when a calendar holds next, beginning with now; what is wrong with one is told at its field',
    permission: 'signed-in',
    audit: null,
    query: z.object({
      start: z.string().max(30),
      zone: z.string().max(60),
      duration: z.string().max(30),
      rule: z.string().max(200).optional(),
      count: z.coerce.number().int().min(1).max(20).default(5),
    }),
    response: z.object({ openings: z.array(z.object({ from: timestamp, until: timestamp })) }),
  }),
  listFreezes: route({
    method: 'GET',
    path: '/freezes',
    summary: 'Lists freezes, newest first; those that were lifted or are over only with `past`',
    permission: 'capability:list',
    of: [scope, { kind: 'environment', environment: 'query.environment', asks: 'list' }],
    audit: null,
    query: paging.extend({ environment: reference.optional(), past: z.stringbool().optional() }),
    response: page(freeze),
  }),
  createFreeze: route({
    method: 'POST',
    path: '/freezes',
    summary: 'Freezes an environment, a path or the estate: nothing begins there while it holds',
    permission: 'right:manage-environments',
    audit: 'freeze-created',
    body: z.strictObject({
      name: z.string().trim().min(1).max(80),
      scope: policyScope,
      reason,
      from: timestamp.optional(),
      until: timestamp.nullable().default(null),
      calendar: calendar.nullable().default(null),
    }),
    response: freeze,
    status: 201,
  }),
  liftFreeze: route({
    method: 'POST',
    path: '/freezes/:freeze/lift',
    summary: 'Lifts a freeze for good',
    permission: 'right:manage-environments',
    audit: 'freeze-lifted',
    params: z.object({ freeze: reference }),
    body: z.strictObject({ reason }),
    response: freeze,
  }),
  listQuarantines: route({
    method: 'GET',
    path: '/quarantines',
    summary: 'Lists builds in quarantine, newest first; those that were let out only with `past`',
    permission: 'capability:list',
    of: [scope, { kind: 'application', application: 'query.application', in: 'some', asks: 'list' }],
    audit: null,
    query: paging.extend({ application: reference.optional(), past: z.stringbool().optional() }),
    response: page(quarantine),
  }),
  createQuarantine: route({
    method: 'POST',
    path: '/quarantines',
    summary: 'Puts a build into quarantine: nothing and nobody deploys it anywhere until that is lifted',
    permission: 'capability:deploy',
    of: [{ kind: 'application', application: 'body.application', in: 'some' }],
    audit: 'quarantine-created',
    body: z.strictObject({ application: reference, build: reference, reason }),
    response: quarantine,
    status: 201,
  }),
  liftQuarantine: route({
    method: 'POST',
    path: '/quarantines/:quarantine/lift',
    summary: 'Lets a build out of quarantine',
    permission: 'capability:administer',
    of: [{ kind: 'quarantine', quarantine: 'params.quarantine' }],
    audit: 'quarantine-lifted',
    params: z.object({ quarantine: reference }),
    body: z.strictObject({ reason }),
    response: quarantine,
  }),
} as const;
