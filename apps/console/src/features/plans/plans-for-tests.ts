import type { BoardCell, BoardRow, Environment, Finding, Operation, Plan, Release } from '@almanac/protocol';

type BuildReference = BoardCell['build'];

/** A build of which only its name matters. */
export function aBuild(label: string): BuildReference {
  const version = /^\d+\.\d+\.\d+$/.test(label) ? label : null;
  return { id: `build ${label}` as BuildReference['id'], commit: 'a'.repeat(40), label, version };
}

export function anEnvironment(name: string, given: Partial<Environment> = {}): Environment {
  return {
    id: `environment ${name}` as Environment['id'],
    name,
    displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    type: 'test',
    order: 0,
    promotesFrom: null,
    following: { kind: 'none' },
    rollout: null,
    drift: 'heal',
    rings: null,
    sites: 1,
    revision: 1,
    ...given,
  };
}

/** A row of the board: what runs in which environment, by label. */
export function aRow(
  application: string,
  runs: Readonly<Record<string, string>>,
  given: { readonly newest?: string; readonly team?: string; readonly settingsChanged?: string } = {},
): BoardRow {
  return {
    application: {
      id: `application ${application}` as BoardRow['application']['id'],
      name: application,
      displayName: application,
    },
    team: given.team ?? null,
    latestBuild:
      given.newest === undefined
        ? null
        : { id: aBuild(given.newest).id, number: 1, label: given.newest, state: 'succeeded', subject: null },
    cells: Object.entries(runs).map(
      ([environment, label]): BoardCell => ({
        environment: anEnvironment(environment).id,
        build: aBuild(label),
        health: 'healthy',
        message: null,
        settingsChanged: given.settingsChanged === environment,
        since: '2026-01-01T00:00:00.000Z',
        plan: null,
        sites: { total: 1, converged: 1, offline: 0 },
        address: null,
        drift: null,
        hotfixes: [],
      }),
    ),
  };
}

/** A release of these versions. */
export function aRelease(name: string, versions: Readonly<Record<string, string>>): Release {
  return {
    id: `release ${name}` as Release['id'],
    name,
    notes: '',
    versions: Object.entries(versions).map(([application, number]) => ({
      application: { id: aRow(application, {}).application.id, name: application },
      number,
      build: aBuild(number),
    })),
    environments: [],
    createdBy: 'ada',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

export function anOperation(application: string, given: Partial<Operation> = {}): Operation {
  return {
    id: `operation ${application}` as Operation['id'],
    application: { id: `application ${application}` as Operation['application']['id'], name: application },
    kind: 'deploy',
    wave: 0,
    before: null,
    siteOperation: null,
    rollout: null,
    after: aBuild('1.0.0'),
    state: 'pending',
    message: null,
    rings: [],
    sites: [],
    startedAt: null,
    endedAt: null,
    ...given,
  };
}

export function aPlan(given: Partial<Plan> = {}): Plan {
  return {
    id: 'plan' as Plan['id'],
    number: 17,
    environment: { id: 'environment production' as Plan['environment']['id'], name: 'production' },
    state: 'draft',
    hotfix: false,
    reason: null,
    origin: 'composed',
    release: null,
    notes: '',
    failurePolicy: 'stop',
    requestedBy: 'ada',
    authors: ['ada'],
    content: 'sha256:1',
    startAt: null,
    stagedUntil: null,
    waitsForContinue: false,
    approvals: [],
    exemptions: [],
    confirmed: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    endedAt: null,
    operations: [],
    findings: [],
    revision: 1,
    ...given,
  };
}

export function aFinding(given: Partial<Finding> = {}): Finding {
  return {
    code: 'element-missing',
    severity: 'error',
    application: 'storefront',
    detail: 'storefront 1.0.0 needs GET /products of catalog',
    fix: null,
    ...given,
  };
}
