import { z } from 'zod';
import { analysisSpec } from './analysis.ts';

const seconds = z.number().min(0).max(604_800);
const percent = z.number().min(0).max(100);

const instances = {
  /** How many instances may run above the wanted number during a rollout. */
  maxSurge: z.int().min(0).max(100).default(1),
  /** How many of the wanted number may be missing during a rollout. */
  maxUnavailable: z.int().min(0).max(100).default(0),
} as const;

const rolling = z.strictObject({ strategy: z.literal('rolling'), ...instances });
const recreate = z.strictObject({ strategy: z.literal('recreate') });

/** What a request has to carry to be sent to the version that is brought in. */
const headerMatch = z.strictObject({
  name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'the name of a header'),
  value: z
    .string()
    .max(1000)
    .regex(/^[\x20-\x7e]*$/, 'printable characters of ASCII'),
  match: z.enum(['equals', 'prefix']).default('equals'),
});

/** Every metric that a rollout waits for has a number of measurements. */
const waitedFor = analysisSpec.refine((spec) => spec.metrics.every((each) => each.count !== null), {
  message: 'a rollout cannot wait for a metric without count',
  path: ['metrics'],
});

/** Before its switch a version of blue and green has no requests, and after it the one before has none. */
const comparedWithStable = waitedFor.refine((spec) => spec.baseline === 'stable', {
  message: 'a fresh baseline takes as many requests as the version that is compared with it: only a canary has one',
  path: ['baseline'],
});

/** One step of a canary: exactly one of these. */
export const rolloutStep = z
  .strictObject({
    /** Per cent of the requests that the version that is brought in takes. */
    weight: percent.optional(),
    /** It has at least so many instances from here on, or such a part of them. */
    scale: z
      .union([z.int().min(0).max(100), z.string().regex(/^(\d|[1-9]\d|100)%$/)], {
        error: 'a number of instances, or a part of them as 50%',
      })
      .optional(),
    /** Nothing changes for so many seconds, or until somebody resumes. */
    pause: z.union([seconds, z.literal('until-resumed')], { error: 'seconds, or until-resumed' }).optional(),
    analyse: waitedFor.optional(),
    /** These requests go to it, whatever the weights; an empty list ends that. */
    header: z.array(headerMatch).max(20).optional(),
    /** Per cent of the requests that are also sent to it, whose answers nobody gets; only GET, HEAD and OPTIONS. */
    mirror: percent.optional(),
  })
  .refine((step) => Object.values(step).filter((each) => each !== undefined).length === 1, {
    message: 'a step is exactly one of weight, scale, pause, analyse, header and mirror',
  });
export type RolloutStepSpec = z.output<typeof rolloutStep>;

const progression = {
  ...instances,
  /** What becomes of it when an analysis can neither tell that it is well nor that it is not. */
  onMarginal: z.enum(['hold', 'return', 'continue']).default('hold'),
  /** Without data it never goes on by itself. */
  onInsufficientData: z.enum(['hold', 'return']).default('hold'),
  onError: z.enum(['hold', 'return']).default('hold'),
  /** So many seconds the version before stays ready to take over again. */
  keepOld: seconds.default(30),
  /** After so many seconds without a decision of the person that it waits for it goes back. */
  holdLimit: z.number().min(1).max(2_592_000).default(86_400),
} as const;

const canary = z
  .strictObject({
    strategy: z.literal('canary'),
    steps: z.array(rolloutStep).min(1).max(50),
    /** Beside the steps: has to pass before the version that is brought in takes all requests. */
    analysis: waitedFor.safeExtend({ from: z.int().min(0).max(49).default(0) }).optional(),
    /** Whether the version before has only the instances that its share of the requests needs. */
    dynamicStableScale: z.boolean().default(false),
    ...progression,
  })
  .refine(({ steps }) => weightsOf(steps).every((each, index, all) => index === 0 || each >= (all[index - 1] ?? 0)), {
    message: 'weights never fall from step to step; a version that is not good enough goes back by itself',
    path: ['steps'],
  })
  .refine((spec) => besideBaseline(spec).every((each) => (each.weight ?? 0) <= 50), {
    message: 'a fresh baseline takes as many requests as the new version: at most 50 % each, until it was compared',
    path: ['steps'],
  })
  .refine((spec) => besideBaseline(spec).every((each) => !each.header?.length && !each.mirror), {
    message: 'header and mirror would give the new version more requests than its fresh baseline has',
    path: ['steps'],
  })
  .refine((spec) => !spec.dynamicStableScale || spec.keepOld === 0, {
    message: 'is 0 with dynamicStableScale: what has given up its instances is not kept ready',
    path: ['keepOld'],
  });

const blueGreen = z.strictObject({
  strategy: z.literal('blue-green'),
  /** Instances before the switch; as many as in the end otherwise. */
  previewInstances: z.int().min(1).max(100).optional(),
  /** Requests that see the version that is brought in before the switch. */
  preview: z
    .array(headerMatch)
    .max(20)
    .default([{ name: 'x-almanac-preview', value: 'yes', match: 'equals' }]),
  /** Seconds after which it takes all requests by itself, or until somebody resumes. */
  promoteAfter: z.union([seconds, z.literal('until-resumed')]).default(0),
  /** Before the switch, and after it. */
  before: comparedWithStable.optional(),
  after: comparedWithStable.optional(),
  ...progression,
});

/** The steps during which a fresh baseline runs: until the last analysis against it is over. */
function besideBaseline(spec: {
  readonly steps: readonly RolloutStepSpec[];
  readonly analysis?: { readonly baseline: string } | undefined;
}): readonly RolloutStepSpec[] {
  const all = spec.steps.findIndex((each) => each.weight === 100);
  const beside = spec.analysis?.baseline === 'fresh' ? (all === -1 ? spec.steps.length : all) : 0;
  const last = spec.steps.findLastIndex((each) => each.analyse?.baseline === 'fresh');
  return spec.steps.slice(0, Math.max(beside, last));
}

function weightsOf(steps: readonly RolloutStepSpec[]): readonly number[] {
  return steps.flatMap((each) => each.weight ?? []);
}

export const rolloutStrategy = z
  .discriminatedUnion('strategy', [rolling, recreate, canary, blueGreen], {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'strategy is rolling, recreate, canary or blue-green' : undefined,
  })
  .refine((value) => value.strategy === 'recreate' || value.maxSurge + value.maxUnavailable > 0, {
    message: 'maxSurge and maxUnavailable cannot both be 0',
  });
export type RolloutStrategy = z.output<typeof rolloutStrategy>;
export type RolloutStrategyInput = z.input<typeof rolloutStrategy>;
