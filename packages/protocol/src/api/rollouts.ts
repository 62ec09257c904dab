import { z } from 'zod';
import { applicationPhase } from '../agent.ts';
import { id, named, reference, timestamp } from '../primitives.ts';
import { reportedRollout, rolloutCommandKind, verdict } from '../reported-rollout.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';

/** What an analysis came to on a site, as it was first told: it is never changed. */
export const rolloutVerdict = z.object({
  site: named<'site'>(),
  operation: z.string(),
  /** `step-3` of the third step, `background` beside the steps. */
  name: z.string(),
  run: z.int(),
  verdict,
  reason: z.string().nullable(),
  at: timestamp,
});
export type RolloutVerdict = z.output<typeof rolloutVerdict>;

const asked = z.object({ kind: rolloutCommandKind, by: z.string(), reason: z.string(), at: timestamp });

/** How a version comes to an application in an environment, site by site. */
export const rollout = z
  .object({
    application: named<'application'>(),
    environment: named<'environment'>(),
    /** What the sites act on now. */
    operation: z.string(),
    plan: z.object({ id: id<'plan'>(), number: z.int() }),
    candidate: buildReference.nullable(),
    stable: buildReference.nullable(),
    /** Whether it waits for a person on one of its sites. */
    waits: z.boolean(),
    /** What somebody last asked of it on all of its sites. */
    command: asked.nullable(),
    sites: z.array(
      z.object({
        site: named<'site'>(),
        online: z.boolean(),
        phase: applicationPhase,
        message: z.string().nullable(),
        /** What somebody last asked of it on this site alone. */
        command: asked.nullable(),
        /** The last rollout by steps there: the present one, or how the one before it ended. */
        rollout: reportedRollout.nullable(),
        /** What that rollout brings or brought, and what ran before it. */
        candidate: buildReference.nullable(),
        stable: buildReference.nullable(),
      }),
    ),
    /** Of this rollout and those before it, newest first. */
    verdicts: z.array(rolloutVerdict),
  })
  .meta({ id: 'Rollout' });
export type Rollout = z.output<typeof rollout>;

const place = z.object({ environment: reference, application: reference });
const reason = z.string().trim().max(500);
/** What keeps versions apart is skipped only by people who say why. */
const because = reason.min(3, 'say why, in a few words');
const meant = {
  /** The operation that was looked at: another one is not what was meant. */
  operation: z.string().max(100).optional(),
  /** The only site that is asked; all of them without it. What was asked last counts, be it of one or of all. */
  site: reference.optional(),
} as const;

const inPlace = { kind: 'place', environment: 'params.environment', application: 'params.application' } as const;

export const rolloutRoutes = {
  listRollouts: route({
    method: 'GET',
    path: '/environments/:environment/rollouts',
    summary: 'Lists the rollouts that are under way in an environment',
    permission: 'capability:list',
    of: [{ kind: 'environment', environment: 'params.environment' }, scope],
    audit: null,
    params: z.object({ environment: reference }),
    response: z.object({ items: z.array(rollout) }),
  }),
  getRollout: route({
    method: 'GET',
    path: '/environments/:environment/rollouts/:application',
    summary: 'Shows how the present version of an application came or comes: steps, weights, analyses and verdicts',
    permission: 'capability:list',
    of: [inPlace],
    audit: null,
    params: place,
    response: rollout,
  }),
  promoteRollout: route({
    method: 'POST',
    path: '/environments/:environment/rollouts/:application/promote',
    summary: 'Lets the new version in altogether, without the steps and analyses that remain',
    permission: 'capability:deploy',
    of: [inPlace],
    audit: 'rollout-promoted',
    params: place,
    body: z.strictObject({ reason: because, ...meant }),
    response: rollout,
  }),
  pauseRollout: route({
    method: 'POST',
    path: '/environments/:environment/rollouts/:application/pause',
    summary: 'Lets a rollout rest where it is until somebody resumes it',
    permission: 'capability:deploy',
    of: [inPlace],
    audit: 'rollout-paused',
    params: place,
    body: z.strictObject({ reason: reason.default(''), ...meant }),
    response: rollout,
  }),
  resumeRollout: route({
    method: 'POST',
    path: '/environments/:environment/rollouts/:application/resume',
    summary: 'Lets a rollout go on that waits; what a verdict held up is analysed anew',
    permission: 'capability:deploy',
    of: [inPlace],
    audit: 'rollout-resumed',
    params: place,
    body: z.strictObject({ reason: reason.default(''), ...meant }),
    response: rollout,
  }),
  abortRollout: route({
    method: 'POST',
    path: '/environments/:environment/rollouts/:application/abort',
    summary: 'Calls a rollout off: what ran before takes all requests again',
    permission: 'capability:deploy',
    of: [inPlace],
    audit: 'rollout-aborted',
    params: place,
    body: z.strictObject({ reason: because, ...meant }),
    response: rollout,
  }),
  skipRolloutStep: route({
    method: 'POST',
    path: '/environments/:environment/rollouts/:application/skip',
    summary: 'Leaves one step out, the one that its sites are at',
    permission: 'capability:deploy',
    of: [inPlace],
    audit: 'rollout-step-skipped',
    params: place,
    body: z.strictObject({
      reason: because,
      /** The index of the step that was seen. */
      step: z.int().min(0).max(100),
      ...meant,
    }),
    response: rollout,
  }),
} as const;
