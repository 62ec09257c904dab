import type { ApplicationId, BuildId } from '../identity/id.ts';
import { compareText } from './finding.ts';

/**
 * What an analysis read of the environment beside the changed applications: those that provide what a changed one
 * consumes, and those that consume what a changed one provides, before or after. What they provide and consume follows
 * from their builds; that a producer is missing shows by its absence. If two analyses of the same changes have equal
 * neighbourhoods, nothing moved that the first one read.
 */
export interface Neighbourhood {
  readonly applications: readonly { readonly application: ApplicationId; readonly build: BuildId }[];
  /** Whose settings were looked at: the applications that are deployed or configured. */
  readonly settingsOf: readonly ApplicationId[];
}

export function neighbourhoodOf(input: {
  readonly neighbours: ReadonlyMap<ApplicationId, BuildId>;
  readonly settingsOf: Iterable<ApplicationId>;
}): Neighbourhood {
  return {
    applications: [...input.neighbours]
      .map(([application, build]) => ({ application, build }))
      .toSorted((a, b) => compareText(a.application, b.application)),
    settingsOf: [...new Set(input.settingsOf)].toSorted(compareText),
  };
}

/** Whether nothing that the one read is different in the other. */
export function sameNeighbourhood(one: Neighbourhood, other: Neighbourhood): boolean {
  return (
    one.applications.length === other.applications.length &&
    one.applications.every((each, at) => {
      const twin = other.applications[at];
      return each.application === twin?.application && each.build === twin.build;
    }) &&
    one.settingsOf.length === other.settingsOf.length &&
    one.settingsOf.every((each, at) => each === other.settingsOf[at])
  );
}
