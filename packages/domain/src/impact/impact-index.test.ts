import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildId } from '../identity/id.ts';
import { analyseImpact } from './analyse-impact.ts';
import { analyseIndexed } from './analyse-indexed.ts';
import type { BuildInterface } from './build-interface.ts';
import type { Change } from './change.ts';
import {
  aBuild,
  applicationId,
  buildId,
  compatible,
  deploy,
  environmentId,
  fingerprintOf,
  remove,
  someBuilds,
} from './impact-for-tests.ts';
import { ImpactIndex } from './impact-index.ts';
import { unresolvedConsumers } from './unresolved-consumers.ts';

const applications = ['a', 'b', 'c', 'd', 'e'];
const environments = ['quality', 'production'];

/** One thing that happens to an estate: an environment gets a build of an application, or loses it. */
const happening = fc.record({
  environment: fc.constantFrom(...environments),
  application: fc.constantFrom(...applications),
  /** Which of its builds; 0 takes it out. */
  build: fc.nat({ max: 3 }),
});
const change = fc.record({
  application: fc.constantFrom(...applications),
  kind: fc.constantFrom('deploy' as const, 'deploy' as const, 'configure' as const, 'remove' as const),
  build: fc.nat({ max: 2 }),
});

/** Asks until every verdict that the question needs is known, as the server does. */
function ask(index: ImpactIndex, question: Parameters<typeof analyseIndexed>[1]) {
  for (;;) {
    const answer = analyseIndexed(index, question);
    if (answer.undecided.length === 0) return answer;
    for (const pair of answer.undecided)
      index.learn({ ...pair, compatible: compatible(pair.provided, pair.builtAgainst) });
  }
}

/** What an index knows, written down plainly beside it. */
class Estate {
  readonly index = new ImpactIndex();
  readonly installed = new Map(environments.map((name) => [name, new Map<string, BuildInterface>()]));
  readonly #builds: readonly BuildInterface[];

  constructor(builds: readonly BuildInterface[]) {
    this.#builds = builds;
  }

  buildOf(application: string, at: number): BuildInterface | undefined {
    const own = this.#builds.filter((each) => each.application === application);
    return own[at % own.length];
  }

  happen(given: { environment: string; application: string; build: number }): void {
    const build = given.build === 0 ? undefined : this.buildOf(given.application, given.build);
    const place = {
      environment: environmentId(given.environment),
      application: applicationId(given.application),
    };
    if (build !== undefined) this.index.hold(build);
    this.index.install({ ...place, build: build?.build ?? null });
    if (build !== undefined) this.index.release(build.build);
    const here = this.installed.get(given.environment);
    if (build === undefined) here?.delete(given.application);
    else here?.set(given.application, build);
  }

  known(extra: readonly BuildInterface[]): readonly BuildInterface[] {
    const installed = [...this.installed.values()].flatMap((each) => [...each.values()]);
    return [...new Set([...installed, ...extra])];
  }
}

describe('the index', () => {
  it('answers as the plain analysis does, after any sequence of updates', () => {
    fc.assert(
      fc.property(
        someBuilds(applications),
        fc.array(happening, { maxLength: 40 }),
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        (builds, happenings, plans) => {
          const estate = new Estate(builds);
          for (const [at, each] of happenings.entries()) {
            estate.happen(each);
            const wanted = plans[at % plans.length] ?? [];
            compare(estate, environments[at % 2] ?? '', wanted);
          }
          for (const plan of plans) for (const environment of environments) compare(estate, environment, plan);
        },
      ),
      { numRuns: Number(process.env['ALMANAC_RUNS'] ?? 300) },
    );
  });

  it('keeps a build that is held or installed, and forgets it with the last of both', () => {
    const index = new ImpactIndex();
    const first = aBuild('shop@1', { provides: { shop: { x: '1' } }, consumes: { catalog: { y: '1' } } });
    const place = { environment: environmentId('quality'), application: first.application };

    index.hold(first);
    expect(index.knows(first.build)).toBe(true);
    index.install({ ...place, build: first.build });
    index.release(first.build);
    expect(index.knows(first.build)).toBe(true);
    index.install({ ...place, build: null });

    expect(index.knows(first.build)).toBe(false);
    expect(index.installedIn(place.environment, place.application)).toBeUndefined();
    expect(index.consumed.firstOf(index.nodes.find('catalog', 'y'))).toBe(0);
  });

  it('answers for a build that was renewed as if it had come like that', () => {
    fc.assert(
      fc.property(someBuilds(applications), someBuilds(applications), fc.array(change), (before, after, wanted) => {
        const [renewed, fresh] = [new ImpactIndex(), new ImpactIndex()];
        for (const build of before) renewed.hold(build);
        const known = new Map(before.map((each) => [each.build, each]));
        for (const build of after) {
          renewed.renew(build);
          if (known.has(build.build)) known.set(build.build, build);
        }
        for (const build of known.values()) fresh.hold(build);
        const changes = [...new Map(wanted.map((each) => [each.application, each])).values()].map((each) =>
          deploy(`${each.application}@1`),
        );
        const question = { environment: environmentId('quality'), changes };

        expect(ask(renewed, question)).toEqual(ask(fresh, question));
      }),
    );
  });

  it('knows which builds consume what nobody provided yet', () => {
    const index = new ImpactIndex();
    index.hold(aBuild('open@1', { consumes: { catalog: { x: '1', y: null }, other: { x: '1' } } }));
    index.hold(aBuild('all@1', { consumes: { catalog: {} } }));
    index.hold(aBuild('closed@1', { consumes: { catalog: { x: '1' } } }));

    expect(unresolvedConsumers(index, 'catalog').toSorted()).toEqual(['all@1', 'open@1']);
    expect(unresolvedConsumers(index, 'other')).toEqual([]);
    expect(unresolvedConsumers(index, 'unknown')).toEqual([]);
  });

  it('uses the room of builds that are gone again', () => {
    const index = new ImpactIndex();
    const build = (number: number) => aBuild(`shop@${number}`, { consumes: { catalog: { x: '1', y: '1', z: '1' } } });
    index.hold(build(1));
    const [start, id] = [index.consumed.startOf(index.builds.find(buildId('shop@1'))), buildId('shop@1')];

    for (let number = 2; number < 100; number += 1) {
      index.release(number === 2 ? id : buildId(`shop@${number - 1}`));
      index.hold(build(number));
    }

    expect(index.consumed.startOf(index.builds.find(buildId('shop@99')))).toBe(start);
  });

  it('says which verdicts it was not told, and takes them as good until it is', () => {
    const index = new ImpactIndex();
    index.hold(aBuild('catalog@1', { provides: { catalog: { x: '1' } } }));
    index.hold(aBuild('shop@1', { consumes: { catalog: { x: '4' } } }));
    const question = { environment: environmentId('quality'), changes: [deploy('catalog@1'), deploy('shop@1')] };

    const first = analyseIndexed(index, question);
    const pair = { provided: fingerprintOf('catalog', '1'), builtAgainst: fingerprintOf('catalog', '4') };
    expect(first.undecided).toEqual([pair]);
    expect(first.findings).toMatchObject([{ code: 'consumer-outdated' }]);
    index.learn({ ...pair, compatible: false });

    expect(analyseIndexed(index, question)).toMatchObject({
      undecided: [],
      findings: [{ code: 'element-incompatible' }],
    });
  });

  it.each([
    [
      'install',
      () =>
        new ImpactIndex().install({
          environment: environmentId('q'),
          application: applicationId('a'),
          build: buildId('a@1'),
        }),
    ],
    [
      'ask about',
      () => analyseIndexed(new ImpactIndex(), { environment: environmentId('q'), changes: [deploy('a@1')] }),
    ],
  ])('refuses to %s a build that it does not know', (_what, act) => {
    expect(act).toThrow(/a@1/);
  });
});

function compare(
  estate: Estate,
  environment: string,
  wanted: readonly { application: string; kind: 'deploy' | 'configure' | 'remove'; build: number }[],
): void {
  const planned = new Map(wanted.map((each) => [each.application, each]));
  const extra: BuildInterface[] = [];
  const changes = [...planned.values()].map((each): Change => {
    if (each.kind === 'remove') return remove(each.application);
    if (each.kind === 'configure') return { kind: 'configure', application: applicationId(each.application) };
    const build = estate.buildOf(each.application, each.build);
    if (build === undefined) throw new Error('every application has a build');
    extra.push(build);
    return deploy(build.build);
  });
  for (const build of extra) estate.index.hold(build);
  const installed = new Map(
    [...(estate.installed.get(environment) ?? [])].map(
      ([name, { build }]): [ReturnType<typeof applicationId>, BuildId] => [applicationId(name), build],
    ),
  );

  const { findings, neighbourhood } = ask(estate.index, { environment: environmentId(environment), changes });

  expect({ findings, neighbourhood }).toEqual(
    analyseImpact({ builds: estate.known(extra), installed, changes, compatible }),
  );
  for (const build of extra) estate.index.release(build.build);
}
