import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { BuildInterface, ConsumedElement } from './build-interface.ts';
import { compareText } from './finding.ts';

/** Fingerprint of a provided element; null where only the contract is known, undefined where it is not provided. */
type Provided = string | null | undefined;

/** What is known of builds, whoever holds it: maps in the plain analysis, typed arrays in the index. */
export interface Catalogue {
  readonly applicationOf: (build: BuildId) => ApplicationId;
  readonly numberOf: (build: BuildId) => number;
  /** The known builds of an application, newest first. */
  readonly buildsOf: (application: ApplicationId) => readonly BuildId[];
  /** The known builds that provide a contract, by application, newest first. */
  readonly providing: (contract: string) => readonly BuildId[];
  readonly provided: (build: BuildId, contract: string, key: string) => Provided;
  /** What the modules of a build consume of a contract. */
  readonly consumed: (build: BuildId, contract: string) => readonly ConsumedElement[];
}

/** A catalogue that looks through everything for each answer: slow and easily seen to be right. */
export function plainCatalogue(builds: readonly BuildInterface[]): Catalogue {
  const byId = new Map(builds.map((each) => [each.build, each]));
  const get = (build: BuildId): BuildInterface => {
    const found = byId.get(build);
    if (found === undefined) throw new Error(`build ${build} is not in the catalogue`);
    return found;
  };
  const newestFirst = (chosen: readonly BuildInterface[]) =>
    chosen
      .toSorted((a, b) => compareText(a.application, b.application) || b.number - a.number)
      .map((each) => each.build);
  return {
    applicationOf: (build) => get(build).application,
    numberOf: (build) => get(build).number,
    buildsOf: (application) => newestFirst(builds.filter((each) => each.application === application)),
    providing: (contract) =>
      newestFirst(builds.filter((each) => each.provides.some((provided) => provided.contract === contract))),
    provided: (build, contract, key) => {
      const provided = get(build).provides.find((each) => each.contract === contract);
      if (provided === undefined) return undefined;
      if (provided.elements === null) return null;
      return provided.elements.find((each) => each.key === key)?.fingerprint;
    },
    consumed: (build, contract) =>
      get(build)
        .consumes.filter((each) => each.contract === contract)
        .flatMap((each) => each.elements),
  };
}
