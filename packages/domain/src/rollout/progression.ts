/** Requests that carry this header go to the candidate, whatever the weights. */
export type HeaderMatch =
  | { readonly header: string; readonly equals: string }
  | { readonly header: string; readonly startsWith: string };

/** What a candidate is compared with: what runs, or instances of the same version that are started beside the candidate. */
export type Baseline = 'stable' | 'fresh';

/** One step of a progression. Percentages are 0 to 100, durations milliseconds. */
export type RolloutStep =
  /** So many per cent of the requests go to the candidate, which has the instances to take them. */
  | { readonly kind: 'weight'; readonly weight: number }
  /** The candidate has at least so many instances from here on, whatever its weight. */
  | { readonly kind: 'scale'; readonly instances: number }
  | { readonly kind: 'scale'; readonly percent: number }
  /** Nothing changes for so long; null until somebody resumes. */
  | { readonly kind: 'pause'; readonly duration: number | null }
  /** Goes on when the analysis passes; one that says nothing `within` that time lacks data. */
  | { readonly kind: 'analyse'; readonly within: number; readonly baseline: Baseline }
  /** These requests go to the candidate from here on; none ends it. */
  | { readonly kind: 'header'; readonly matches: readonly HeaderMatch[] }
  /** So many per cent of the requests are also sent to the candidate, whose answers nobody gets; 0 ends it. */
  | { readonly kind: 'mirror'; readonly percent: number };

/** What becomes of a rollout by a verdict that is neither success nor failure. Missing data never lets it go on. */
export interface Reactions {
  readonly marginal: 'hold' | 'return' | 'continue';
  readonly 'insufficient-data': 'hold' | 'return';
  readonly error: 'hold' | 'return';
}

/** How a candidate takes over step by step while the version before it runs on. Durations are milliseconds. */
export interface Progression {
  /** The last weight of them is 100. */
  readonly steps: readonly RolloutStep[];
  /** An analysis beside the steps, begun with the step of this index; it has to pass before the candidate takes all. */
  readonly background: { readonly from: number; readonly within: number; readonly baseline: Baseline } | null;
  /**
   * Whether the version before has only the instances that its share of the requests needs; they are all back before
   * the requests are. Without it that version keeps all of them. Its weights never fall from step to step.
   */
  readonly dynamicStableScale: boolean;
  readonly reactions: Reactions;
  /** So long after the switch the version before stays ready to take over again. */
  readonly keepOld: number;
  /** A rollout that waits for a person so long goes back. */
  readonly holdLimit: number;
  /** Who is to decide when a rollout waits. */
  readonly decides: string;
}

/** The index of the step that gives the candidate all requests. */
export function indexOfAll(steps: Progression['steps']): number {
  return steps.findIndex((each) => each.kind === 'weight' && each.weight === 100);
}

type Common = Omit<Progression, 'steps' | 'background' | 'dynamicStableScale'>;

/** Steps as they are given, ended by all requests where they do not end so themselves. */
export function canaryProgression(given: Common & Omit<Progression, keyof Common>): Progression {
  const last = given.steps.findLast((each) => each.kind === 'weight');
  const steps = last?.weight === 100 ? given.steps : [...given.steps, { kind: 'weight', weight: 100 } as const];
  return { ...given, steps };
}

/** The candidate is brought up without traffic, looked at, and given all of it at once. */
export function blueGreenProgression(
  given: Common & {
    /** Instances before the switch; null for as many as the candidate has in the end. */
    readonly previewInstances: number | null;
    /** Requests that see the candidate before the switch. */
    readonly preview: readonly HeaderMatch[];
    /** Null when a person promotes. */
    readonly promoteAfter: number | null;
    /** How long the analyses before and after the switch may take; null without one. */
    readonly before: number | null;
    readonly after: number | null;
  },
): Progression {
  const { previewInstances, preview, promoteAfter, before, after, ...common } = given;
  const analyse = (within: number | null): readonly RolloutStep[] =>
    within === null ? [] : [{ kind: 'analyse', within, baseline: 'stable' }];
  return {
    ...common,
    steps: [
      previewInstances === null ? { kind: 'scale', percent: 100 } : { kind: 'scale', instances: previewInstances },
      { kind: 'header', matches: preview },
      ...analyse(before),
      { kind: 'pause', duration: promoteAfter },
      { kind: 'header', matches: [] },
      { kind: 'weight', weight: 100 },
      ...analyse(after),
    ],
    background: null,
    dynamicStableScale: false,
  };
}
