import type {
  ApplicationId,
  BuildId,
  BuildInterface,
  EnvironmentId,
  FleetPolicy,
  ModuleTarget,
  Policy,
  Progression,
  SiteId,
  Verdict,
} from '@almanac/domain';

/** What is wrong with a build, as only those who run it find out. */
export interface Traits {
  /** Milliseconds from the start of an instance until it is ready. */
  readonly startMs: number;
  readonly stopMs: number;
  /** Its instances end before they are ready, are never ready, or its steps fail. */
  readonly fault: 'none' | 'crashes' | 'hangs' | 'migrate' | 'verify' | 'damaged';
  readonly stepMs: number;
  /** What every analysis of it comes to. */
  readonly verdict: Verdict;
}

export interface Build extends BuildInterface {
  readonly label: string;
  readonly builtAt: number;
  readonly modules: readonly ModuleTarget[];
  readonly progression: Progression | null;
  readonly traits: Traits;
  readonly testsPassed: boolean;
}

export interface Application {
  readonly id: ApplicationId;
  readonly name: string;
  /** Names of the contracts that it consumes; it provides one of its own name. */
  readonly consumes: readonly string[];
  readonly modules: readonly ModuleTarget[];
  /** How its candidates take over; null where instances simply replace each other. */
  readonly progression: Progression | null;
}

export interface Environment {
  readonly id: EnvironmentId;
  readonly name: string;
  readonly previous: Environment | null;
  /** Whether builds are deployed here as soon as they are there. */
  readonly follows: boolean;
  readonly policy: Policy;
  /** How a change goes over its sites; null where all of them take it at once. */
  readonly rings: FleetPolicy | null;
  readonly sites: readonly {
    readonly id: SiteId;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** What is there from the beginning of a run and does not change. */
export interface Estate {
  readonly environments: readonly Environment[];
  readonly applications: readonly Application[];
  readonly people: readonly Person[];
  readonly environmentOf: (id: EnvironmentId) => Environment;
}

export interface Person {
  readonly name: string;
  readonly role: 'developer' | 'operator';
}

/** Builds by their key; they are made in the course of a run. */
export type Builds = ReadonlyMap<BuildId, Build>;
