import {
  type ApplicationId,
  canaryProgression,
  type EnvironmentId,
  type FleetPolicy,
  type ModuleTarget,
  openPolicy,
  type Policy,
  type Progression,
  ringErrorActions,
  type SiteId,
  type Strategy,
} from '@almanac/domain';
import type { Chance } from '../kernel/chance.ts';
import { instantOf } from '../kernel/wall-clock.ts';
import type { Application, Environment, Estate, Person } from './estate.ts';

const names = ['catalog', 'orders', 'search', 'billing', 'web'] as const;
const people: readonly Person[] = [
  { name: 'Ada', role: 'developer' },
  { name: 'Grace', role: 'developer' },
  { name: 'Hedy', role: 'operator' },
  { name: 'Alan', role: 'operator' },
];

/** An estate of its own for each seed: two or three environments in a row, a few applications that use each other. */
export function drawEstate(chance: Chance): Estate {
  const applications = drawApplications(chance);
  const environments: Environment[] = [];
  const stages = chance.happens(0.4) ? ['Development', 'Quality', 'Production'] : ['Development', 'Production'];
  for (const name of stages) {
    const previous = environments.at(-1) ?? null;
    const rings = previous !== null && chance.happens(0.35) ? drawRings(chance) : null;
    const count = rings === null ? chance.between(1, 3) : chance.between(4, 5);
    const sites = Array.from({ length: count }, (_, index) => {
      const site = `${name.toLowerCase()}-${index + 1}`;
      return { id: `site-${site}` as SiteId, name: site, labels: { line: index % 2 === 0 ? 'north' : 'south' } };
    });
    environments.push({
      id: `environment-${name}` as EnvironmentId,
      name,
      previous,
      follows: previous === null && chance.happens(0.7),
      policy: previous === null ? openPolicy : drawPolicy(chance, { strict: name === 'Production' }),
      rings,
      sites,
    });
  }
  return {
    environments,
    applications,
    people,
    environmentOf: (id) => {
      const found = environments.find((each) => each.id === id);
      if (found === undefined) throw new Error(`there is no environment ${id}`);
      return found;
    },
  };
}

/** Half of the sites, then the others. Each ring has two sites at least, so that one that is away blocks nobody. */
function drawRings(chance: Chance): FleetPolicy {
  const ring = (name: string, percent: number) => ({
    name,
    sites: { kind: 'share' as const, percent },
    successThreshold: chance.pick([50, 100]) ?? 100,
    errorThreshold: chance.pick([0, 40]) ?? 0,
    minExecuted: chance.between(1, 2),
    soak: chance.happens(0.2) ? 1 : 0,
    maxOffline: chance.pick([50, 100]) ?? 100,
    onError: chance.pick(ringErrorActions) ?? 'pause',
  });
  return {
    rings: [ring('first', 50), ring('rest', 100)],
    link: chance.happens(0.3) ? { label: 'line', atOnce: 1 } : null,
  };
}

function drawApplications(chance: Chance): readonly Application[] {
  return names.slice(0, chance.between(2, names.length)).map((name, index) => ({
    id: `application-${name}` as ApplicationId,
    name,
    consumes: names.slice(0, index).filter(() => chance.happens(0.4)),
    progression: chance.happens(0.5) ? drawProgression(chance) : null,
    modules: Array.from({ length: chance.between(1, 2) }, (_, position) => drawModule(chance, position)),
  }));
}

/** A canary with an analysis, and now and then a step at which somebody has to say something. */
function drawProgression(chance: Chance): Progression {
  const pause = chance.happens(0.3) ? null : chance.between(5, 40) * 1000;
  const dynamicStableScale = chance.happens(0.3);
  return canaryProgression({
    steps: [
      { kind: 'weight', weight: 20 },
      { kind: 'pause', duration: pause },
      { kind: 'analyse', within: 30_000, baseline: chance.happens(0.4) ? 'fresh' : 'stable' },
      { kind: 'weight', weight: 60 },
    ],
    background: null,
    reactions: { marginal: 'hold', 'insufficient-data': 'hold', error: 'return' },
    dynamicStableScale,
    keepOld: dynamicStableScale ? 0 : (chance.pick([0, 20_000]) ?? 0),
    holdLimit: 120_000,
    decides: 'Edith',
  });
}

function drawModule(chance: Chance, position: number): ModuleTarget {
  const rolling: Strategy = { kind: 'rolling', maxSurge: 1, maxUnavailable: chance.between(0, 1) };
  return {
    name: position === 0 ? 'api' : 'worker',
    serves: position === 0,
    instances: chance.between(1, 2),
    strategy: chance.happens(0.3) ? { kind: 'recreate' } : rolling,
    progressDeadline: 30_000,
    stopGrace: 5000,
    migrate: position === 0 && chance.happens(0.5),
    verify: position === 0 && chance.happens(0.3),
  };
}

function drawPolicy(chance: Chance, given: { readonly strict: boolean }): Policy {
  const often = given.strict ? 0.6 : 0.15;
  const rule = { name: 'four eyes', count: 1, by: { kind: 'anyone' }, excludeRequester: true } as const;
  return {
    ...openPolicy,
    approvals: chance.happens(often) ? [rule] : [],
    windows: chance.happens(often / 4) ? [drawWindow(chance)] : [],
    tests: chance.happens(often / 2),
    minimumAge: chance.happens(often / 3) ? 1 : null,
    twoStep: chance.happens(often / 2),
    stagedFor: chance.pick([3, 60]) ?? 60,
    whileFrozen: chance.pick(['finish', 'stop']) ?? 'finish',
    parallel: chance.pick([null, null, 1]) ?? null,
  };
}

/** A window that opens once, a few minutes after the run began, for a long time. */
function drawWindow(chance: Chance) {
  const start = instantOf(chance.between(1, 4) * 60_000).slice(0, 19);
  return { start, zone: 'UTC', duration: 'P366D', rule: null };
}
