import type { BuildId, Verdict } from '@almanac/domain';
import type { Chance } from '../kernel/chance.ts';
import type { Application, Build, Builds, Traits } from './estate.ts';

const elements = ['GET /a', 'GET /b'] as const;

/** The next build of an application: its contract grows now and then, and now and then something is wrong with it. */
export function drawBuild(
  chance: Chance,
  given: {
    readonly application: Application;
    readonly builds: Builds;
    /** Counts the builds of everything, so that no two ever have the same name. */
    readonly number: number;
    readonly now: number;
    readonly sound?: boolean;
  },
): Build {
  const { application, builds, number, now } = given;
  const earlier = newestOf(builds, application.name);
  const grows = earlier === undefined || (given.sound !== true && chance.happens(0.1));
  const breaks = given.sound !== true && chance.happens(0.06);
  const provided = breaks ? elements.slice(0, 1) : elements;
  return {
    build: `${application.name}@${number}` as BuildId,
    application: application.id,
    number,
    label: `1.${number}.0`,
    builtAt: now,
    modules: application.modules,
    progression: application.progression,
    traits: given.sound === true ? drawTraits(chance, 'none') : drawTraits(chance, drawFault(chance)),
    testsPassed: given.sound === true || !chance.happens(0.05),
    provides: [
      {
        module: 'api',
        contract: application.name,
        elements: provided.map((key) => ({ key, fingerprint: String(grows ? number : fingerprintOf(earlier)) })),
      },
    ],
    consumes: application.consumes.map((contract) => ({
      module: 'api',
      contract,
      elements: elements
        .filter(() => chance.happens(0.5))
        .map((key) => ({ key, builtAgainst: String(fingerprintOf(newestOf(builds, contract))) })),
    })),
  };
}

/** What is provided satisfies whoever was built against it or against something earlier. */
export function isCompatible(provided: string, builtAgainst: string): boolean {
  return Number(provided) >= Number(builtAgainst);
}

function newestOf(builds: Builds, name: string): Build | undefined {
  return [...builds.values()].findLast((each) => each.build.startsWith(`${name}@`));
}

function fingerprintOf(build: Build | undefined): number {
  return Number(build?.provides[0]?.elements?.[0]?.fingerprint ?? 1);
}

function drawFault(chance: Chance): Traits['fault'] {
  return (
    chance.weighted([
      [30, 'none'],
      [2, 'crashes'],
      [2, 'hangs'],
      [1, 'migrate'],
      [1, 'verify'],
      [1, 'damaged'],
    ] as const) ?? 'none'
  );
}

function drawVerdict(chance: Chance): Verdict {
  const often = [12, 'pass'] as const;
  const rarely = (['fail', 'marginal', 'insufficient-data', 'error'] as const).map((each) => [1, each] as const);
  return chance.weighted<Verdict>([often, ...rarely]) ?? 'pass';
}

function drawTraits(chance: Chance, fault: Traits['fault']): Traits {
  return {
    startMs: chance.between(100, 4000),
    stopMs: chance.between(20, 8000),
    fault,
    stepMs: chance.between(200, 15_000),
    verdict: fault === 'none' ? drawVerdict(chance) : 'pass',
  };
}
