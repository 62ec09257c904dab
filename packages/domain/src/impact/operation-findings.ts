import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { Change } from './change.ts';
import { type Endpoint, type Finding, type FindingCode, findingSeverities, type Remedy } from './finding.ts';

/** What was looked up about one change outside the graph of references: settings, sites, what is lost by it. */
export interface OperationFacts {
  readonly change: Change;
  /** Required settings without a value, on the sites that miss them. */
  readonly missingSettings: readonly { readonly key: string; readonly site: string }[];
  readonly missingConnections: readonly { readonly key: string; readonly site: string }[];
  /** What the build needs and a site cannot do, such as a container runtime. */
  readonly missingCapabilities: readonly { readonly capability: string; readonly site: string }[];
  /** On how many sites of the environment the application is placed. */
  readonly sites: number;
  /** Another application that sites of the environment know by this one's name, and that stays. */
  readonly nameTakenBy: ApplicationId | null;
  /** Label of the later build that runs now. */
  readonly downgradeFrom: string | null;
  /** Migrations that are crossed and cannot be undone. */
  readonly irreversible: readonly string[];
  /** Hotfixes that run now and are not contained in the build. */
  readonly lostHotfixes: readonly string[];
}

/** Facts of a change that nothing speaks against. */
export function factsWithout(change: Change): OperationFacts {
  return {
    change,
    missingSettings: [],
    missingConnections: [],
    missingCapabilities: [],
    sites: 1,
    nameTakenBy: null,
    downgradeFrom: null,
    irreversible: [],
    lostHotfixes: [],
  };
}

interface Told {
  readonly code: FindingCode;
  readonly subject?: string | null;
  readonly site?: string | null;
  readonly producer?: Endpoint | null;
  readonly remedy?: Remedy | null;
}

/** The findings that follow from the facts of one change alone. */
export function operationFindings(facts: OperationFacts): readonly Finding[] {
  const { change } = facts;
  if (change.kind === 'remove') return [];
  const { application } = change;
  const setting = (code: 'setting-missing' | 'connection-missing') => {
    return ({ key, site }: { readonly key: string; readonly site: string }): Told => {
      return { code, subject: key, site, remedy: { kind: 'set-setting', application, key } };
    };
  };
  const told: readonly Told[] = [
    ...facts.missingSettings.map(setting('setting-missing')),
    ...facts.missingConnections.map(setting('connection-missing')),
    ...facts.missingCapabilities.map(
      ({ capability, site }): Told => ({ code: 'capability-missing', subject: capability, site }),
    ),
    ...(facts.sites === 0 ? [{ code: 'no-site' } as const] : []),
    ...(facts.nameTakenBy === null ? [] : [nameTaken(facts.nameTakenBy)]),
    ...(facts.downgradeFrom === null ? [] : [{ code: 'downgrade', subject: facts.downgradeFrom } as const]),
    ...facts.irreversible.map((subject): Told => ({ code: 'migration-irreversible', subject })),
    ...facts.lostHotfixes.map((subject): Told => ({ code: 'hotfix-lost', subject })),
  ];
  return told.map((each) => ({
    code: each.code,
    severity: findingSeverities[each.code],
    application,
    consumer: null,
    producer: each.producer ?? null,
    contract: null,
    elements: [],
    subject: each.subject ?? null,
    site: each.site ?? null,
    chain: [{ link: 'change', change }],
    remedy: each.remedy ?? null,
  }));
}

function nameTaken(application: ApplicationId, build: BuildId | null = null): Told {
  return {
    code: 'name-taken',
    producer: { application, build, module: null },
    remedy: { kind: 'remove', application },
  };
}
