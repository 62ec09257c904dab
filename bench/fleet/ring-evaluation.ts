import {
  advancePlan,
  type FleetPolicy,
  movesOf,
  type Plan,
  type PlanObservation,
  type SiteProgress,
} from '@almanac/domain';

const siteCount = 100_000;
const turns = 5;
const common = {
  successThreshold: 90,
  errorThreshold: 5,
  minExecuted: 20,
  soak: 0,
  maxOffline: 20,
  onError: 'pause',
} as const;
const policy: FleetPolicy = {
  rings: [
    { ...common, name: 'canary', sites: { kind: 'labels', labels: { tier: 'canary' } } },
    { ...common, name: 'tenth', sites: { kind: 'share', percent: 10 } },
    { ...common, name: 'half', sites: { kind: 'share', percent: 50 } },
    { ...common, name: 'rest', sites: { kind: 'share', percent: 100 } },
  ],
  link: { label: 'line', atOnce: 10 },
};

/** Milliseconds of processor time of single passes of the engine over a plan that is on its way over rings, sites and links included. */
export function evaluationTimes(): readonly number[] {
  let plan = draw();
  let sites = drawSites();
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const observed: PlanObservation = {
      gates: { analysed: plan, obstacles: [], course: plan.course, frozen: null, quarantined: new Set() },
      sites,
      targets: new Map(),
      active: [],
    };
    const began = process.cpuUsage();
    const advanced = advancePlan(plan, observed, turn).plan;
    const moves = [...movesOf(advanced, observed).values()].flat();
    const spent = process.cpuUsage(began);
    times.push((spent.user + spent.system) / 1000);
    plan = advanced;
    const told = new Map(moves.map((each) => [each.site, each]));
    sites = sites.map((site) => {
      const move = told.get(site.site);
      const ring = move === undefined ? site.ring : { position: move.ring, told: move.told };
      const reports = ring?.told === true ? [{ operation: 'new', phase: 'healthy', message: null }] : [];
      return { ...site, ring, reports };
    });
  }
  if (!sites.some((each) => each.ring?.position === 1 && each.ring.told))
    throw new Error('the second ring did not begin: nothing was measured');
  return times;
}

function draw(): Plan {
  const target = { build: 'build', operation: 'new', settings: {}, settingsHash: '' } as never;
  return {
    id: 'plan' as never,
    number: 1,
    environment: 'edge' as never,
    state: 'queued',
    reason: null,
    content: '',
    authors: [],
    startAt: null,
    hotfix: false,
    course: { twoStep: false, stagedFor: 0, whileFrozen: 'finish', parallel: null, rings: policy },
    stagedUntil: null,
    continued: false,
    paused: null,
    failurePolicy: 'stop',
    neighbours: [],
    operations: [
      {
        id: 'operation' as never,
        application: 'orders' as never,
        applicationName: 'orders',
        kind: 'deploy',
        wave: 0,
        before: null,
        after: target,
        state: 'pending',
        fleet: null,
        message: null,
        startedAt: null,
        endedAt: null,
      },
    ],
  };
}

function drawSites(): readonly SiteProgress[] {
  return Array.from({ length: siteCount }, (_, index) => ({
    site: `site-${index}` as never,
    name: `site-${index}`,
    online: index % 50 !== 3,
    inStep: true,
    labels: { line: `line-${Math.floor(index / 150)}`, tier: index % 200 === 0 ? 'canary' : 'shop' },
    application: 'orders' as never,
    ring: null,
    reports: [],
  }));
}
