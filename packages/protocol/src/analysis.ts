import type { AnalysisSpec, ComparisonRule, Condition, MetricSource, MetricSpec } from '@almanac/domain';
import { z } from 'zod';
import { name } from './primitives.ts';

const figure = z.number().refine(Number.isFinite, 'a number');
const seconds = z.number().min(1).max(86_400);

/** Something to compare a number with; there is no expression language. */
export const condition = z.union(
  [
    z.strictObject({ below: figure }),
    z.strictObject({ above: figure }),
    z.strictObject({
      between: z.tuple([figure, figure]).refine(([from, to]) => from <= to, 'the smaller number first'),
    }),
  ],
  { error: 'one of { below: 0.01 }, { above: 5 } and { between: [1, 2] }' },
) satisfies z.ZodType<Condition>;

const address = z
  .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
  .max(1000)
  .refine((text) => {
    // What is no address at all was told already.
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '');
  }, 'an address without a password');

/** Where the figures of a metric come from. */
export const metricSource = z.union(
  [
    z.strictObject({ provider: z.literal('gateway'), of: z.enum(['requests', 'error-rate']) }),
    z.strictObject({
      provider: z.literal('gateway'),
      of: z.literal('latency'),
      quantile: z.number().gt(0).lt(1).default(0.95),
    }),
    z.strictObject({ provider: z.literal('process'), of: z.enum(['cpu', 'memory', 'restarts']) }),
    z.strictObject({ provider: z.literal('prometheus'), address, query: z.string().trim().min(1).max(2000) }),
    z.strictObject({
      provider: z.literal('web'),
      address,
      path: z
        .string()
        .max(400)
        .regex(/^[^.]+(\.[^.]+){0,19}$/, 'names and positions with dots between them, as in data.queues.0.length'),
    }),
  ],
  {
    error:
      'one of { provider: gateway, of: requests | error-rate | latency }, { provider: process, of: cpu | memory | restarts }, ' +
      '{ provider: prometheus, address, query } and { provider: web, address, path }',
  },
) satisfies z.ZodType<MetricSource>;

/** Judges each measurement by itself. */
const threshold = z
  .strictObject({
    kind: z.literal('threshold'),
    success: condition.nullable().default(null),
    failure: condition.nullable().default(null),
    failures: z.int().min(0).max(1000).nullable().default(0),
    marginals: z.int().min(0).max(1000).default(0),
    successesInRow: z.int().min(1).max(1000).nullable().default(null),
  })
  .refine((rule) => rule.success !== null || rule.failure !== null, 'a threshold needs success or failure')
  .refine((rule) => rule.failures !== null || rule.successesInRow !== null, {
    message: 'may be null only with successesInRow: otherwise nothing could fail',
    path: ['failures'],
  });

/** Judges against the version that runs. */
const comparison = z
  .strictObject({
    kind: z.literal('comparison'),
    worse: z.enum(['higher', 'lower', 'either']),
    allowed: z.number().min(0.001).max(100),
    goodEnough: z.number().nonnegative().nullable().default(null),
    confidence: z.number().min(0.8).max(0.9999).default(0.98),
  })
  .refine((rule) => rule.worse !== 'either' || rule.goodEnough === null, {
    message: 'says nothing where either way is worse',
    path: ['goodEnough'],
  });

/** One metric as a manifest or policy has it; durations in seconds. */
export const metric = z
  .strictObject({
    name,
    source: metricSource,
    rule: z.discriminatedUnion('kind', [threshold, comparison]),
    interval: seconds.default(10),
    initialDelay: z.number().min(0).max(86_400).default(0),
    count: z.int().min(1).max(500).nullable().default(30),
    extension: z.int().min(0).max(500).default(30),
    minSamples: z.int().min(1).max(500).nullable().default(null),
    minRequests: z.int().min(0).max(1_000_000_000).default(0),
    errorsInRow: z.int().min(0).max(100).default(4),
    critical: z.boolean().default(true),
  })
  .refine(({ rule, count }) => rule.kind !== 'comparison' || count !== null, {
    message: 'is a number where versions are compared',
    path: ['count'],
  })
  .refine(({ rule, source }) => rule.kind !== 'comparison' || hasLevel(rule) || !isSeldom(source), {
    message: 'is above 0 where versions are compared by what seldom happens, such as 0.001 for a share of errors',
    path: ['rule', 'goodEnough'],
  })
  .refine(({ rule, source }) => rule.kind !== 'comparison' || tellsVersions(source), {
    message: 'reads the same of both versions: {{version}} or {{build}} in it tells them apart',
    path: ['source'],
  })
  .refine(({ minRequests, source }) => minRequests === 0 || source.provider === 'gateway', {
    message: 'is known only of metrics of the gateway',
    path: ['minRequests'],
  })
  .refine(
    ({ rule, count }) => rule.kind === 'comparison' || Math.max(rule.failures ?? 0, rule.marginals) < (count ?? 1001),
    {
      message: 'failures and marginals are fewer than count: otherwise nothing could fail',
      path: ['rule'],
    },
  )
  .refine(({ minSamples, count, extension }) => count === null || (minSamples ?? 1) <= count + extension, {
    message: 'is more than there will ever be: count and extension together',
    path: ['minSamples'],
  }) satisfies z.ZodType<MetricSpec>;

/** Without errors on either side, no number of requests shows that one share is at most a multiple of the other. */
function tellsVersions(source: MetricSource): boolean {
  const text = source.provider === 'prometheus' ? source.query : source.provider === 'web' ? source.address : null;
  return text === null || /\{\{(version|build)\}\}/.test(text);
}

function hasLevel(rule: ComparisonRule): boolean {
  return rule.worse === 'lower' || (rule.goodEnough ?? 0) > 0;
}

function isSeldom(source: MetricSource): boolean {
  return 'of' in source && (source.of === 'error-rate' || source.of === 'restarts');
}

/** A site writes them down with all that it must not forget. */
const mostKept = 3000;

function keptMeasurements(metrics: readonly MetricSpec[]): number {
  return metrics
    .filter((each) => each.rule.kind === 'comparison')
    .reduce((sum, { count, extension }) => sum + (count ?? 0) + extension, 0);
}

/** What has to be shown before a version goes further; parsed from manifests and policies. */
export const analysisSpec = z.strictObject({
  metrics: z
    .array(metric)
    .min(1)
    .max(20)
    .refine((all) => new Set(all.map((each) => each.name)).size === all.length, 'two metrics have the same name')
    .refine((all) => keptMeasurements(all) <= mostKept, {
      message: `comparisons keep their measurements: at most ${mostKept} of them together, count and extension`,
    }),
  baseline: z.enum(['stable', 'fresh']).default('stable'),
  looks: z.int().min(1).max(20).default(5),
}) satisfies z.ZodType<AnalysisSpec>;
