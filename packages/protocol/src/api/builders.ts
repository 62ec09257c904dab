import { z } from 'zod';
import { builderJob, jobResult } from '../builder.ts';
import { digest, id } from '../primitives.ts';
import { route } from '../route.ts';

const oneJob = z.object({ job: id<'job'>() });
/** A builder at work on a job that somebody commanded: the command itself was audited. */
const bookkeeping = { notAudited: 'a builder keeps up a job that was audited when it was asked for' } as const;
const fence = z.int().positive();

export const builderRoutes = {
  claimJob: route({
    method: 'POST',
    path: '/builders/claims',
    summary: 'Takes the next job, waiting up to `wait` seconds for one',
    permission: 'builder',
    audit: bookkeeping,
    body: z.strictObject({ builder: z.string().min(1).max(100), wait: z.int().min(0).max(25).default(20) }),
    response: z.object({ job: builderJob.nullable() }),
  }),
  heartbeatJob: route({
    method: 'POST',
    path: '/builders/jobs/:job/heartbeat',
    summary: 'Keeps a job; says whether it was cancelled, waiting up to `wait` seconds for that',
    permission: 'builder',
    audit: bookkeeping,
    params: oneJob,
    body: z.strictObject({ fence, wait: z.int().min(0).max(25).default(0) }),
    response: z.object({ cancelled: z.boolean() }),
  }),
  appendJobLog: route({
    method: 'POST',
    path: '/builders/jobs/:job/log',
    summary: 'Appends to the log of a build; text that the server has already is skipped by its offset',
    permission: 'builder',
    audit: bookkeeping,
    params: oneJob,
    body: z.strictObject({ fence, offset: z.int().nonnegative(), text: z.string().max(1_000_000) }),
    /** A log that is `full` keeps nothing more: the rest need not be sent. */
    response: z.object({ next: z.int().nonnegative(), full: z.boolean().default(false) }),
  }),
  completeJob: route({
    method: 'POST',
    path: '/builders/jobs/:job/complete',
    summary: 'Ends a job with its result; repeating it does no harm',
    permission: 'builder',
    audit: 'job-completed',
    params: oneJob,
    body: z.strictObject({ fence, result: jobResult }),
  }),
  findReusableModules: route({
    method: 'POST',
    path: '/builders/jobs/:job/reusable-modules',
    summary: 'Says which modules were built before, by their input keys',
    permission: 'builder',
    audit: bookkeeping,
    params: oneJob,
    body: z.strictObject({ fence, inputKeys: z.array(digest).max(100) }),
    response: z.object({ modules: z.array(z.object({ inputKey: digest, digest, size: z.int() })) }),
  }),
  findArtifact: route({
    method: 'GET',
    path: '/builders/artifacts/:digest',
    summary: 'Says whether an artifact is stored already',
    permission: 'builder',
    audit: null,
    params: z.object({ digest }),
    response: z.object({ stored: z.boolean(), size: z.int().nullable() }),
  }),
  putArtifact: route({
    method: 'PUT',
    path: '/builders/artifacts/:digest',
    summary: 'Uploads an artifact; it is stored when its digest is right',
    permission: 'builder',
    audit: 'artifact-stored',
    params: z.object({ digest }),
    raw: 'request',
    response: z.object({ size: z.int() }),
    status: 201,
  }),
} as const;
