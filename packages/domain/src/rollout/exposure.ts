import type { HeaderMatch, RolloutStep } from './progression.ts';

/** How far a candidate is let in: what the steps taken so far come to. */
export interface Exposure {
  /** Per cent of the requests. */
  readonly weight: number;
  /** Instances that the candidate has at least, of as many as it has in the end. */
  readonly atLeast: (instances: number) => number;
  readonly matches: readonly HeaderMatch[];
  /** Per cent of the requests that are also sent to the candidate. */
  readonly mirror: number;
}

const unexposed: Exposure = { weight: 0, atLeast: () => 0, matches: [], mirror: 0 };

/** What the first `count` steps come to. */
export function exposureAfter(steps: readonly RolloutStep[], count: number): Exposure {
  return steps.slice(0, count).reduce(expose, unexposed);
}

function expose(exposure: Exposure, step: RolloutStep): Exposure {
  switch (step.kind) {
    case 'weight':
      return { ...exposure, weight: step.weight };
    case 'scale':
      return {
        ...exposure,
        atLeast: (instances) =>
          'percent' in step ? Math.ceil((step.percent * instances) / 100) : Math.min(step.instances, instances),
      };
    case 'header':
      return { ...exposure, matches: step.matches };
    case 'mirror':
      return { ...exposure, mirror: step.percent };
    case 'pause':
    case 'analyse':
      return exposure;
  }
}

/** Instances of a candidate whose requests are routed by weight: enough for its share, and one where any may come. */
export function routedInstances(exposure: Exposure, instances: number): number {
  const byWeight = Math.ceil((exposure.weight * instances) / 100);
  const reached = exposure.matches.length > 0 || exposure.mirror > 0 ? 1 : 0;
  return Math.min(instances, Math.max(byWeight, exposure.atLeast(instances), reached));
}
