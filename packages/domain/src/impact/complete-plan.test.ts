import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationId } from '../identity/id.ts';
import { analyseImpact } from './analyse-impact.ts';
import type { BuildInterface } from './build-interface.ts';
import type { Change } from './change.ts';
import { type Completion, completePlan, referenceErrors } from './complete-plan.ts';
import {
  aBuild,
  applicationId,
  buildId,
  compatible,
  deploy,
  remove,
  someBuilds,
  tidyBuilds,
} from './impact-for-tests.ts';

interface World {
  readonly builds: readonly BuildInterface[];
  readonly installed: readonly string[];
  readonly changes: readonly Change[];
  readonly candidates: readonly Change[];
}

function errorsOf(world: World, changes: readonly Change[]) {
  return analyseImpact({
    builds: world.builds,
    installed: new Map(world.installed.map((label) => [applicationId(label.split('@')[0] ?? ''), buildId(label)])),
    changes,
    compatible,
  }).findings;
}

function complete(world: World, budget = 10_000): Promise<Completion> {
  return completePlan({
    changes: world.changes,
    analyse: async (changes) => errorsOf(world, changes),
    candidatesOf: async (application) => world.candidates.filter((each) => each.application === application),
    providersOf: async (contract) => [
      ...new Set(
        world.builds
          .filter((each) => each.provides.some((provided) => provided.contract === contract))
          .map((each) => each.application),
      ),
    ],
    budget,
  });
}

/** The size of the smallest set that works, found by trying all; undefined when none does. */
function smallest(world: World): number | undefined {
  const planned = new Set(world.changes.map((each) => each.application));
  const open = world.candidates.filter((each) => !planned.has(each.application));
  let least: number | undefined;
  for (let subset = 0; subset < 2 ** open.length; subset += 1) {
    const chosen = open.filter((_, at) => ((subset >> at) & 1) === 1);
    const applications = new Set<ApplicationId>(chosen.map((each) => each.application));
    if (applications.size < chosen.length || chosen.length >= (least ?? Number.POSITIVE_INFINITY)) continue;
    if (referenceErrors(errorsOf(world, [...world.changes, ...chosen])).length === 0) least = chosen.length;
  }
  return least;
}

const catalog = (number: number, fingerprint: string) =>
  aBuild(`catalog@${number}`, { provides: { catalog: { x: fingerprint } } });
const consumer = (label: `${string}@${number}`, fingerprint: string) =>
  aBuild(label, { consumes: { catalog: { x: fingerprint } } });

describe('the completion of a plan', () => {
  it('adds nothing where nothing is wrong', async () => {
    const world = { builds: [catalog(1, '1')], installed: [], changes: [deploy('catalog@1')], candidates: [] };

    expect(await complete(world)).toMatchObject({ outcome: 'complete', operations: [], proven: true });
  });

  it('adds the consumer that fits to a producer which breaks the one that runs', async () => {
    const builds = [catalog(1, '1'), catalog(2, '4'), consumer('shop@1', '1'), consumer('shop@2', '4')];
    const world = {
      builds,
      installed: ['catalog@1', 'shop@1'],
      changes: [deploy('catalog@2')],
      candidates: [deploy('shop@2')],
    };

    expect(await complete(world)).toMatchObject({ outcome: 'complete', operations: [deploy('shop@2')], proven: true });
  });

  it('prefers one producer over many consumers', async () => {
    const many = ['a@1', 'b@1', 'c@1'] as const;
    const builds = [catalog(1, '1'), catalog(2, '4'), ...many.map((label) => consumer(label, '4'))];
    const world = {
      builds,
      installed: ['catalog@1'],
      changes: many.map(deploy),
      candidates: [deploy('catalog@2')],
    };

    expect(await complete(world)).toMatchObject({
      outcome: 'complete',
      operations: [deploy('catalog@2')],
      proven: true,
    });
  });

  it('takes what is the only way out at once, however much that is', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `shop${at}`);
    const builds = [
      catalog(1, '1'),
      catalog(2, '4'),
      ...many.flatMap((name) => [consumer(`${name}@1`, '1'), consumer(`${name}@2`, '4')]),
    ];
    const world = {
      builds,
      installed: ['catalog@1', ...many.map((name) => `${name}@1`)],
      changes: [deploy('catalog@2')],
      candidates: many.map((name) => deploy(`${name}@2`)),
    };

    const found = await complete(world);

    expect(found).toMatchObject({ outcome: 'complete', proven: true });
    expect(found.outcome === 'complete' && found.operations).toHaveLength(60);
    expect(found.steps).toBeLessThan(5);
  });

  it('says why there is none, link by link', async () => {
    const builds = [catalog(1, '1'), catalog(2, '4'), consumer('shop@2', '4'), consumer('legacy@1', '1')];
    const world = {
      builds,
      installed: ['catalog@1', 'legacy@1'],
      changes: [deploy('shop@2')],
      candidates: [deploy('catalog@2')],
    };

    expect(await complete(world)).toMatchObject({
      outcome: 'impossible',
      because: [
        { code: 'element-incompatible', consumer: { application: 'shop' } },
        { code: 'element-incompatible', consumer: { application: 'legacy' }, producer: { build: 'catalog@2' } },
      ],
    });
  });

  it('takes applications out where that is offered', async () => {
    const world = {
      builds: [catalog(1, '1'), consumer('shop@1', '1')],
      installed: ['catalog@1', 'shop@1'],
      changes: [remove('catalog')],
      candidates: [remove('shop')],
    };

    expect(await complete(world)).toMatchObject({ outcome: 'complete', operations: [remove('shop')] });
  });

  it('is the smallest there is, as trying all sets shows', async () => {
    const applications = ['a', 'b', 'c', 'd', 'e'];
    let completed = 0;
    let impossible = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 3, arbitrary: tidyBuilds(applications) },
          { weight: 1, arbitrary: someBuilds(applications) },
        ),
        fc.array(fc.constantFrom(0, 1, 1, 1, 1, 2), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 2 }),
        async (builds, choice, planned) => {
          const of = (name: string) => builds.filter((each) => each.application === name);
          const installed = applications.flatMap((name, at) => {
            const chosen = choice[at] ?? 0;
            return chosen === 0 ? [] : (of(name)[(chosen - 1) % of(name).length]?.build ?? []);
          });
          const changes = applications.slice(0, planned).map((name) => deploy(of(name).at(-1)?.build ?? ''));
          const candidates = builds.filter((each) => !installed.includes(each.build)).map((each) => deploy(each.build));
          const world: World = { builds, installed, changes, candidates };
          const least = smallest(world);

          const found = await complete(world);

          if (least === undefined) {
            impossible += 1;
            expect(found.outcome).toBe('impossible');
            return;
          }
          if (least > 1) completed += 1;
          expect(found).toMatchObject({ outcome: 'complete', proven: true });
          if (found.outcome !== 'complete') return;
          expect(found.operations).toHaveLength(least);
          expect(referenceErrors(errorsOf(world, [...changes, ...found.operations]))).toEqual([]);
        },
      ),
      { numRuns: Number(process.env['ALMANAC_RUNS'] ?? 300) },
    );
    expect(completed, 'drawn estates that need several').toBeGreaterThan(3);
    expect(impossible, 'drawn estates for which there is nothing').toBeGreaterThan(3);
  });

  it('keeps to its budget on an estate made to be hard, and says that it is not proven', async () => {
    // Each consumer can be mended by itself or by one of two producers that break two others each.
    const size = 14;
    const builds = Array.from({ length: size }, (_, at) => {
      const [own, left, right] = [`k${at}`, `k${(at + 1) % size}`, `k${(at + 5) % size}`];
      return [
        aBuild(`n${at}@1`, { provides: { [own]: { x: '1' } }, consumes: { [left]: { x: '1' }, [right]: { x: '1' } } }),
        aBuild(`n${at}@2`, { provides: { [own]: { x: '4' } }, consumes: { [left]: { x: '4' }, [right]: { x: '1' } } }),
        aBuild(`n${at}@3`, { provides: { [own]: { x: '4' } }, consumes: { [left]: { x: '4' }, [right]: { x: '4' } } }),
      ];
    }).flat();
    const world = {
      builds,
      installed: builds.filter((each) => each.number === 1).map((each) => each.build),
      changes: [deploy('n0@2')],
      candidates: builds.filter((each) => each.number > 1).map((each) => deploy(each.build)),
    };

    const hurried = await complete(world, 60);
    const again = await complete(world, 60);

    expect(hurried.steps).toBeLessThanOrEqual(60);
    expect(again).toEqual(hurried);
    expect(hurried.outcome === 'complete' ? hurried.proven : hurried.outcome).not.toBe(true);
  });
});
