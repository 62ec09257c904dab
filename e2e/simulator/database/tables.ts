import type {
  ApplicationId,
  BuildId,
  EnvironmentId,
  HistoryChange,
  OperationId,
  Plan,
  PlanId,
  RolloutCommand,
  SiteId,
  Target,
} from '@almanac/domain';
import type { Approval, Freeze } from '@almanac/domain/governance';
import type { Build } from '../estate/estate.ts';
import type { SignedDocument, SiteReport } from '../site/messages.ts';

/** What somebody chose for one application of a plan; the plan is analysed from its choices again and again. */
export interface Choice {
  readonly application: ApplicationId;
  readonly kind: 'deploy' | 'configure' | 'remove';
  readonly build: BuildId | null;
  readonly given: null;
  readonly tag: null;
}

export interface PlanRow {
  readonly body: Plan;
  /** Raised by each save; whoever saves says which one was read. */
  readonly revision: number;
  readonly choices: readonly Choice[];
  readonly origin: 'composed' | 'promotion' | 'restore' | 'following';
  readonly confirmed: readonly string[];
}

export interface SiteRow {
  readonly id: SiteId;
  readonly environment: EnvironmentId;
  readonly generation: number;
  readonly document: SignedDocument | null;
  readonly report: SiteReport | null;
  readonly lastSeenAt: number | null;
}

/** A pass of the engine over a plan that somebody asked for. A node that dies keeps what it has locked. */
export interface Job {
  readonly key: string;
  readonly plan: PlanId;
  runAt: number;
  lockedBy: string | null;
}

/** An application that is on its way over rings: what sites run that were not told yet. */
export interface HeldTarget {
  readonly operation: OperationId;
  readonly before: Target | null;
}

/** Which ring of an operation a site is in, and whether it was told to take the change. */
export interface FleetSiteRow {
  readonly ring: number;
  readonly told: boolean;
}

export interface HistoryEntry extends HistoryChange {
  readonly environment: EnvironmentId;
  readonly plan: PlanId;
  readonly operation: string;
}

/** What PostgreSQL holds: all of it is durable once it is committed. */
export interface Tables {
  incarnation: number;
  plans: Map<PlanId, PlanRow>;
  builds: Map<BuildId, Build>;
  targets: Map<EnvironmentId, ReadonlyMap<ApplicationId, Target>>;
  staged: Map<EnvironmentId, ReadonlyMap<ApplicationId, Target>>;
  held: Map<string, HeldTarget>;
  fleetSites: Map<OperationId, ReadonlyMap<SiteId, FleetSiteRow>>;
  /** How often the settings of an application were changed in an environment. */
  settings: Map<string, number>;
  /** What was last asked of the rollout of an application in an environment. */
  commands: Map<string, RolloutCommand>;
  approvals: (Approval & { readonly plan: PlanId })[];
  exemptions: { readonly plan: PlanId; readonly subject: string; readonly content: string }[];
  freezes: (Freeze & { readonly environment: EnvironmentId })[];
  quarantines: Set<BuildId>;
  sites: Map<SiteId, SiteRow>;
  jobs: Job[];
  history: HistoryEntry[];
  /** Commands that were carried out, by the key that whoever sent them gave them. */
  audit: { readonly key: string; readonly what: string }[];
}

export function emptyTables(): Tables {
  return {
    incarnation: 1,
    plans: new Map(),
    builds: new Map(),
    targets: new Map(),
    staged: new Map(),
    held: new Map(),
    fleetSites: new Map(),
    settings: new Map(),
    commands: new Map(),
    approvals: [],
    exemptions: [],
    freezes: [],
    quarantines: new Set(),
    sites: new Map(),
    jobs: [],
    history: [],
    audit: [],
  };
}

/** A backup: rows are never changed in place, so that a copy of the tables is enough; jobs are. */
export function copyTables(tables: Tables): Tables {
  return {
    ...tables,
    plans: new Map(tables.plans),
    builds: new Map(tables.builds),
    targets: new Map(tables.targets),
    staged: new Map(tables.staged),
    held: new Map(tables.held),
    fleetSites: new Map(tables.fleetSites),
    settings: new Map(tables.settings),
    commands: new Map(tables.commands),
    approvals: [...tables.approvals],
    exemptions: [...tables.exemptions],
    freezes: [...tables.freezes],
    quarantines: new Set(tables.quarantines),
    sites: new Map(tables.sites),
    jobs: tables.jobs.map((each) => ({ ...each })),
    history: [...tables.history],
    audit: [...tables.audit],
  };
}

/** Names one application in one environment. */
export const placeKey = (environment: EnvironmentId, application: ApplicationId) => `${environment}/${application}`;

export function targetsIn(tables: Tables, environment: EnvironmentId): ReadonlyMap<ApplicationId, Target> {
  return tables.targets.get(environment) ?? new Map();
}

export function stagedIn(tables: Tables, environment: EnvironmentId): ReadonlyMap<ApplicationId, Target> {
  return tables.staged.get(environment) ?? new Map();
}
