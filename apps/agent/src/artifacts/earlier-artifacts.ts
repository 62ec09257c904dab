import type { Digest } from '@almanac/domain';
import type { JournalState } from '../journal/journal.ts';

/** Artifacts of an application that a site had or has: those of the same module first, as they resemble the next one most. */
export function earlierArtifacts(state: JournalState, application: string, module: string): readonly Digest[] {
  const { stable, previous } = state.versions[application] ?? {};
  const specs = [...Object.values(state.applications[application]?.specs ?? {}), stable ?? [], previous ?? []].flat();
  const modules = specs.flatMap((each) => each.modules);
  const ordered = [
    ...modules.filter((each) => each.name === module),
    ...modules.filter((each) => each.name !== module),
  ];
  return [...new Set(ordered.map((each) => each.artifact.digest))];
}
