import type { ApplicationId } from '../identity/id.ts';

/** What a state is compared by. */
export const aspects = ['version', 'settings', 'connections', 'scale', 'policy'] as const;
export type Aspect = (typeof aspects)[number];

/** One fact, as people read it. Of a secret it is the fingerprint, which tells equal ones and nothing else. */
export interface Fact {
  readonly text: string;
  readonly secret: boolean;
  /** What makes it the same fact where the text does not, such as the key of a build. */
  readonly identity?: string;
}

/** A fact that holds everywhere in an environment, or one for each site by its name. */
export type SpreadFact = { readonly everywhere: Fact } | { readonly bySite: Readonly<Record<string, Fact>> };

/** Facts by their key: the name of a setting, of a connection, of a module. */
export type Facts = Readonly<Record<string, SpreadFact>>;

export interface DescribedApplication {
  readonly name: string;
  readonly facts: Readonly<Record<Aspect, Facts>>;
}

/** An environment at a moment, in the words in which it is compared. */
export interface DescribedState {
  readonly applications: ReadonlyMap<ApplicationId, DescribedApplication>;
  /** What holds for the environment as a whole. */
  readonly policy: Facts;
}

export interface FactDifference {
  readonly aspect: Aspect;
  readonly key: string;
  /** Null where the fact holds on every site. */
  readonly site: string | null;
  readonly before: Fact | null;
  readonly after: Fact | null;
}

export interface ApplicationDifference {
  readonly application: ApplicationId;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly facts: readonly FactDifference[];
}

export interface StateDifference {
  readonly applications: readonly ApplicationDifference[];
  readonly policy: readonly FactDifference[];
}

/** Facts that are the same on all sites are one fact. */
export function spread(bySite: Readonly<Record<string, Fact>>): SpreadFact | undefined {
  const all = Object.values(bySite);
  const [first] = all;
  if (first === undefined) return undefined;
  return all.every((each) => isSame(each, first)) ? { everywhere: first } : { bySite };
}

/** What is otherwise in `after` than in `before`; applications by name, facts by aspect and key. */
export function diffStates(before: DescribedState, after: DescribedState): StateDifference {
  const keys = [...new Set([...before.applications.keys(), ...after.applications.keys()])];
  const applications = keys.flatMap((application): ApplicationDifference[] => {
    const [here, there] = [before.applications.get(application), after.applications.get(application)];
    const facts = aspects.flatMap((aspect) =>
      diffFacts({ aspect, before: here?.facts[aspect] ?? {}, after: there?.facts[aspect] ?? {} }),
    );
    const change = here === undefined ? 'added' : there === undefined ? 'removed' : 'changed';
    if (change === 'changed' && facts.length === 0) return [];
    return [{ application, name: there?.name ?? here?.name ?? application, change, facts }];
  });
  return {
    applications: applications.toSorted((a, b) => compare(a.name, b.name) || compare(a.application, b.application)),
    policy: diffFacts({ aspect: 'policy', before: before.policy, after: after.policy }),
  };
}

function diffFacts(input: {
  readonly aspect: Aspect;
  readonly before: Facts;
  readonly after: Facts;
}): readonly FactDifference[] {
  const { aspect } = input;
  const keys = [...new Set([...Object.keys(input.before), ...Object.keys(input.after)])].toSorted(compare);
  return keys.flatMap((key) => {
    const [before, after] = [input.before[key], input.after[key]];
    return placesOf(before, after).flatMap((site): FactDifference[] => {
      const [here, there] = [factAt(before, site), factAt(after, site)];
      if (here === null ? there === null : there !== null && isSame(here, there)) return [];
      return [{ aspect, key, site, before: here, after: there }];
    });
  });
}

/** Where two facts are compared: once for all sites, unless one of them differs from site to site. */
function placesOf(before: SpreadFact | undefined, after: SpreadFact | undefined): readonly (string | null)[] {
  const sites = [before, after].flatMap((each) =>
    each === undefined || 'everywhere' in each ? [] : Object.keys(each.bySite),
  );
  return sites.length === 0 ? [null] : [...new Set(sites)].toSorted(compare);
}

function factAt(fact: SpreadFact | undefined, site: string | null): Fact | null {
  if (fact === undefined) return null;
  if ('everywhere' in fact) return fact.everywhere;
  return site === null ? null : (fact.bySite[site] ?? null);
}

function isSame(a: Fact, b: Fact): boolean {
  return a.secret === b.secret && (a.identity ?? a.text) === (b.identity ?? b.text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
