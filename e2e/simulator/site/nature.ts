import type { Build, Traits } from '../estate/estate.ts';
import type { SiteDocument } from './messages.ts';

/** What is so in the world whatever anybody knows of it. */
export interface Nature {
  /** How what is started for an operation behaves. */
  readonly traitsOf: (operation: string) => Traits | undefined;
  /** Learns which operation brings which build. */
  readonly learn: (document: SiteDocument) => void;
  /** How probable it is that a step cannot be started. */
  stepFaults: number;
}

export function createNature(builds: () => ReadonlyMap<string, Build>): Nature {
  const buildOf = new Map<string, string>();
  return {
    stepFaults: 0,
    traitsOf: (operation) => builds().get(buildOf.get(operation) ?? '')?.traits,
    learn: ({ applications }) => {
      for (const { target } of applications) buildOf.set(target.operation, target.build);
    },
  };
}
