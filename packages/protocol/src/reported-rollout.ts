import { type Judgement, verdicts } from '@almanac/domain';
import { z } from 'zod';
import { id, timestamp } from './primitives.ts';

export const verdict = z.enum(verdicts);

export const rolloutCommandKind = z.enum(['promote', 'pause', 'resume', 'abort', 'skip']);

/** What a person last asked of a rollout: a level, carried out once by its number. */
export const rolloutCommand = z.object({
  /** Grows with each command for the application in its environment. */
  number: z.int().positive(),
  operation: z.string(),
  kind: rolloutCommandKind,
  /** The index of the step that is skipped; null for any other kind. */
  step: z.int().nullable(),
  by: z.string(),
  reason: z.string(),
});

/** What the judge found of one metric at its last look; the domain says what each of them means. */
export const reportedJudgement = z.object({
  look: z.int(),
  last: z.boolean(),
  method: z.enum(['shift', 'binomial', 'poisson']),
  samples: z.int(),
  baseline: z.number(),
  difference: z.number(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  allowedFrom: z.number().nullable(),
  allowedTo: z.number().nullable(),
  inflation: z.number(),
  probability: z.number(),
  level: z.number(),
  finding: z.enum(['worse', 'within', 'suspect', 'unclear']),
  hash: z.string(),
}) satisfies z.ZodType<Judgement>;
export type ReportedJudgement = z.output<typeof reportedJudgement>;

export const reportedMetric = z.object({
  name: z.string(),
  /** How many measurements there were, of how many; null where there is no number. */
  measurements: z.int(),
  of: z.int().nullable(),
  /** What the candidate and the baseline were last; null where nothing is known. */
  candidate: z.number().nullable(),
  baseline: z.number().nullable(),
  verdict: verdict.nullable(),
  reason: z.string().nullable(),
  /** The smallest change that it will be able to see, as a share of the baseline. */
  detectable: z.number().nullable(),
  judgement: reportedJudgement.nullable(),
});
export type ReportedMetric = z.output<typeof reportedMetric>;

export const reportedAnalysis = z.object({
  /** `step-3` of the third step, `background` beside the steps. */
  name: z.string(),
  run: z.int().nonnegative(),
  startedAt: timestamp,
  /** Null while it is not decided. A verdict once given stays. */
  verdict: verdict.nullable(),
  decidedAt: timestamp.nullable(),
  reason: z.string().nullable(),
  metrics: z.array(reportedMetric),
});
export type ReportedAnalysis = z.output<typeof reportedAnalysis>;

/** A stretch of time of one version at the gateway. */
const point = z.object({
  at: timestamp,
  /** Per second. */
  requests: z.number(),
  /** A share of the requests. */
  errors: z.number().nullable(),
  /** Milliseconds. */
  p95: z.number().nullable(),
});

export const reportedRollout = z.object({
  operation: z.string(),
  strategy: z.enum(['canary', 'blue-green']),
  /** In words, in their order. */
  steps: z.array(
    z.object({ kind: z.enum(['weight', 'scale', 'pause', 'analyse', 'header', 'mirror']), words: z.string() }),
  ),
  /** The index of the step that is being taken; the number of steps once all are. */
  step: z.int().nonnegative(),
  since: timestamp,
  /** Per cent of the requests that the candidate takes. */
  weight: z.number(),
  /** Per cent of the requests that a fresh baseline takes beside it: instances of the version before, to compare with. */
  baselineWeight: z.number().default(0),
  candidate: id<'build'>(),
  stable: id<'build'>().nullable(),
  /** Why it waits for a person. */
  hold: z.object({ cause: z.string(), reason: z.string(), since: timestamp, until: timestamp }).nullable(),
  decides: z.string(),
  promoted: z.boolean(),
  /** Until when the version before stays ready to take over again. */
  warmUntil: timestamp.nullable(),
  /** The number of the last command that it carried out. */
  commanded: z.int(),
  analyses: z.array(reportedAnalysis),
  /** What the gateway saw of each of them, oldest first, for at most the last ten minutes. */
  curves: z.object({ candidate: z.array(point), stable: z.array(point), baseline: z.array(point).default([]) }),
});
export type ReportedRollout = z.output<typeof reportedRollout>;
export type RolloutPoint = z.output<typeof point>;
