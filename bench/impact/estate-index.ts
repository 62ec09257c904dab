import { analyseIndexed, type ImpactIndex, type ImpactQuestion, type IndexedImpact } from '@almanac/domain';
import type { DrawnEstate } from '@almanac/testkit';

/** Puts an estate into an index, application by application, as the server does from its rows. */
export function fillIndex(
  index: ImpactIndex,
  estate: DrawnEstate,
): { readonly builds: number; readonly references: number } {
  let builds = 0;
  let references = 0;
  for (const [at, application] of estate.applications.entries()) {
    const own = estate.buildsOf(at);
    for (const build of own) {
      index.hold(build);
      builds += 1;
      references += build.consumes.reduce((sum, each) => sum + each.elements.length, 0);
    }
    for (const [number, environment] of estate.environments.entries())
      index.install({ environment, application, build: estate.installed(number, at) });
    for (const { build } of own) index.release(build);
  }
  return { builds, references };
}

export type Verdict = Parameters<ImpactIndex['learn']>[0];

/** Asks until every verdict is known, as the server does; says which ones it told. */
export function teach(index: ImpactIndex, question: ImpactQuestion, estate: DrawnEstate): readonly Verdict[] {
  const told: Verdict[] = [];
  for (;;) {
    const { undecided } = analyseIndexed(index, question);
    if (undecided.length === 0) return told;
    for (const pair of undecided) {
      const verdict = { ...pair, compatible: estate.compatible(pair.provided, pair.builtAgainst) };
      index.learn(verdict);
      told.push(verdict);
    }
  }
}

/** Plans as release managers make them: what the environment before runs, mostly where it is another build. */
export function drawPlans(
  estate: DrawnEstate,
  given: { readonly plans: number; readonly applications: number },
): readonly ImpactQuestion[] {
  const random = estate.random('plans');
  return Array.from({ length: given.plans }, () => {
    const target = 1 + Math.floor(random() * (estate.environments.length - 1));
    const chosen = new Map<number, ImpactQuestion['changes'][number]>();
    while (chosen.size < given.applications) {
      const at = Math.floor(random() * estate.applications.length);
      const build = estate.installed(target - 1, at);
      const application = estate.applications[at];
      const differs = build !== estate.installed(target, at);
      if (application !== undefined && (differs || random() < 0.2))
        chosen.set(at, { kind: 'deploy', application, build });
    }
    const environment = estate.environments[target];
    if (environment === undefined) throw new Error('there is no such environment');
    return { environment, changes: [...chosen.values()] };
  });
}

/** What every way of asking must answer alike: code, consumer, contract and element, a line each. */
export function answerLines(answer: IndexedImpact): readonly string[] {
  return answer.findings
    .flatMap(({ code, consumer, contract, elements }) => {
      const kind = code === 'newer-producer' || code === 'consumer-outdated' ? 'differs' : code;
      if (consumer === null) return [];
      return elements.map((element) => [kind, consumer.application, consumer.module, contract, element].join(' '));
    })
    .toSorted();
}
