import type { ApplicationId, BuildId } from '../identity/id.ts';

/**
 * What an analysis read of the environment beside the applications of the plan: those that provide what a deployed one
 * consumes or the same contract as one that moves, and those with a reference that the plan touches. What they provide and
 * consume follows from their builds; that a producer is missing shows by its absence. If two analyses of the same changes
 * have equal neighbourhoods, nothing moved that the first one read.
 */
export interface Neighbourhood {
  readonly applications: ReadonlyMap<ApplicationId, BuildId>;
  /** Whose settings were looked at: the applications that are deployed or configured. */
  readonly settingsOf: ReadonlySet<ApplicationId>;
}

/** Whether nothing that the one read is different in the other. */
export function sameNeighbourhood(one: Neighbourhood, other: Neighbourhood): boolean {
  return (
    one.applications.size === other.applications.size &&
    one.settingsOf.size === other.settingsOf.size &&
    [...one.applications].every(([application, build]) => other.applications.get(application) === build) &&
    [...one.settingsOf].every((application) => other.settingsOf.has(application))
  );
}
