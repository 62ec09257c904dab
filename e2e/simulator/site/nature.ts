import type { BuildId } from '@almanac/domain';
import type { Build, Traits } from '../estate/estate.ts';
import type { SiteDocument } from './messages.ts';

/** What is so in the world whatever anybody knows of it, or has forgotten with a lost database. */
export interface Nature {
  readonly buildMade: (build: Build) => void;
  /** Learns which operation brings which build. */
  readonly learn: (document: SiteDocument) => void;
  /** A baseline is the build that it stands for. */
  readonly knowBaseline: (baseline: { readonly operation: string; readonly of: string }) => void;
  /** How what is started for an operation behaves. */
  readonly traitsOf: (operation: string) => Traits | undefined;
  /** How probable it is that a step cannot be started. */
  stepFaults: number;
  /** How probable it is that a write takes seconds. */
  slowWrites: number;
}

export function createNature(): Nature {
  const traits = new Map<BuildId, Traits>();
  const buildOf = new Map<string, BuildId>();
  return {
    stepFaults: 0,
    slowWrites: 0,
    buildMade: (build) => traits.set(build.build, build.traits),
    learn: ({ applications }) => {
      for (const { target } of applications) buildOf.set(target.operation, target.build);
    },
    knowBaseline: ({ operation, of }) => {
      const build = buildOf.get(of);
      if (build !== undefined) buildOf.set(operation, build);
    },
    traitsOf: (operation) => {
      const build = buildOf.get(operation);
      return build === undefined ? undefined : traits.get(build);
    },
  };
}
