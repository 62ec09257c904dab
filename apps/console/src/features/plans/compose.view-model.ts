import type { BoardCell, BoardRow, Environment, Plan } from '@almanac/protocol';
import { type Choice, type Choices, type OperationRequest, requestOf } from './choice.ts';
import { type ComposeSource, cellIn, type There, thereIn } from './compose-source.ts';
import { type StrategyTexts, strategyOf } from './strategy-choice.ts';

/** How an application in the target differs from the same in the source. */
export type Difference = 'same' | 'other-build' | 'only-in-source' | 'only-in-target' | 'nowhere';

/** One line of the grid: an application here and there, what differs, and what was chosen. */
export interface ComposeRow {
  readonly row: BoardRow;
  readonly here: BoardCell | undefined;
  readonly there: There | undefined;
  readonly difference: Difference;
  readonly choice: Choice;
}

/** What the page was asked for: everything in it stands in the address. */
export interface Composition {
  readonly target: string;
  readonly source: ComposeSource | undefined;
  readonly choices: Choices;
  /** How applications take over this time, where it is not as usual. */
  readonly strategies: StrategyTexts;
  /** Everything that differs from the source, a release as a whole, besides what is chosen for single applications. */
  readonly everything: boolean;
  /** Only applications whose names contain it. */
  readonly filter: string;
  readonly team: string;
}

export function differenceOf(input: {
  readonly here: BoardCell | undefined;
  readonly there: There | undefined;
}): Difference {
  const { here, there } = input;
  if (here === undefined) return there === undefined ? 'nowhere' : 'only-in-source';
  if (there === undefined) return 'only-in-target';
  return here.build.id === there.build ? 'same' : 'other-build';
}

/** The lines of the grid. Without a source nothing differs: everything is shown. */
export function composeRows(input: {
  readonly rows: readonly BoardRow[];
  readonly target: Environment;
  readonly source: ComposeSource | undefined;
  readonly composition: Pick<Composition, 'choices' | 'everything' | 'filter' | 'team'>;
}): readonly ComposeRow[] {
  const { target, source, composition } = input;
  const filter = composition.filter.trim().toLowerCase();
  return input.rows
    .filter((row) => composition.team === '' || row.team === composition.team)
    .filter(
      (row) => row.application.name.includes(filter) || row.application.displayName.toLowerCase().includes(filter),
    )
    .map((row): ComposeRow => {
      const here = cellIn(row, target);
      const there = thereIn(row, source);
      const difference = differenceOf({ here, there });
      const chosen = composition.choices.get(row.application.name);
      const byDefault: Choice =
        composition.everything && mayPromote(difference) ? { kind: 'source' } : { kind: 'leave' };
      return { row, here, there, difference, choice: chosen ?? byDefault };
    });
}

function mayPromote(difference: Difference): boolean {
  return difference === 'other-build' || difference === 'only-in-source';
}

/** Only what differs, or was chosen. */
export function onlyDiffering(rows: readonly ComposeRow[]): readonly ComposeRow[] {
  return rows.filter(
    (each) =>
      mayPromote(each.difference) ||
      each.difference === 'only-in-target' ||
      each.choice.kind !== 'leave' ||
      each.here?.settingsChanged === true,
  );
}

/** What differs, in words that name the environments. */
export function differenceWords(
  line: Pick<ComposeRow, 'difference' | 'here'>,
  names: { readonly target: string; readonly source: string | undefined },
): string {
  const settings = line.here?.settingsChanged === true ? 'settings changed' : '';
  const words = {
    same: 'same build',
    'other-build': 'another build',
    'only-in-source': `only in ${names.source ?? 'the source'}`,
    'only-in-target': `only in ${names.target}`,
    nowhere: 'in neither',
  }[line.difference];
  if (names.source === undefined) return settings === '' ? '' : settings;
  return settings === '' ? words : `${words}, ${settings}`;
}

/** One thing that can be chosen for an application; `asks` means that a dialog asks for more. */
export interface ChoiceOption {
  readonly choice: Choice | null;
  readonly asks: 'version' | 'tag' | 'strategy' | null;
  readonly label: string;
}

/** What can be chosen for an application, the likeliest first. */
export function optionsOf(
  line: ComposeRow,
  names: { readonly target: string; readonly source: string | undefined },
): readonly ChoiceOption[] {
  const options: ChoiceOption[] = [
    { choice: { kind: 'leave' }, asks: null, label: line.here === undefined ? 'Leave it out' : 'Leave it as it is' },
  ];
  if (line.there !== undefined && names.source !== undefined && mayPromote(line.difference))
    options.push({
      choice: { kind: 'source' },
      asks: null,
      label: `Deploy ${line.there.label}, as in ${names.source}`,
    });
  const newest = line.row.latestBuild;
  if (
    newest !== null &&
    newest.state === 'succeeded' &&
    newest.id !== line.here?.build.id &&
    newest.id !== line.there?.build
  )
    options.push({ choice: { kind: 'latest' }, asks: null, label: `Deploy the newest build ${newest.label}` });
  if (newest !== null) {
    options.push({ choice: null, asks: 'version', label: 'Deploy another version…' });
    options.push({ choice: null, asks: 'tag', label: 'Tag and deploy…' });
  }
  if (line.here !== undefined) {
    options.push({ choice: { kind: 'configure' }, asks: null, label: 'Apply settings' });
    options.push({ choice: { kind: 'remove' }, asks: null, label: `Remove from ${names.target}` });
  }
  if (takesOver(line.choice)) options.push({ choice: null, asks: 'strategy', label: 'Choose how it takes over…' });
  return options;
}

/** Whether something is brought in by a choice. */
function takesOver({ kind }: Choice): boolean {
  return kind !== 'leave' && kind !== 'remove';
}

/** A choice in a few words, for the button that changes it. */
export function choiceWords(line: ComposeRow): string {
  const { choice } = line;
  switch (choice.kind) {
    case 'leave':
      return line.here === undefined ? 'left out' : 'stays';
    case 'source':
      return `deploy ${line.there?.label ?? 'what runs there'}`;
    case 'latest':
      return `deploy ${line.row.latestBuild?.label ?? 'the newest build'}`;
    case 'version':
      return `deploy ${choice.number}`;
    case 'build':
      return 'deploy a chosen build';
    case 'tag':
      return choice.number === null ? 'tag and deploy' : `tag ${choice.number} and deploy`;
    case 'configure':
      return 'apply settings';
    case 'remove':
      return 'remove';
  }
}

/** Settings that come with the plan, by application; they live in the page only, never in the address. */
export type GivenSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface PlanContent {
  readonly operations: readonly OperationRequest[];
  readonly differences?: { readonly from: string; readonly names?: string; readonly team?: string };
  readonly release?: string;
}

/** What the server is asked to compose; null while nothing is chosen. */
export function contentOf(composition: Composition, given: GivenSettings): PlanContent | null {
  const operations = [...composition.choices].flatMap(([application, choice]) => {
    const settings = given[application];
    const rollout = strategyOf(composition.strategies, application);
    const request = requestOf({ application, choice, source: composition.source, settings, rollout });
    return request === undefined || (request.kind === 'leave' && !composition.everything) ? [] : [request];
  });
  const { source } = composition;
  const everything = composition.everything && source !== undefined;
  if (!everything && operations.every((each) => each.kind === 'leave')) return null;
  if (!everything) return { operations };
  // A release is brought as a whole: what the page shows of it makes no difference.
  if (source.kind === 'release') return { operations, release: source.release.name };
  const filter = composition.filter.trim().toLowerCase();
  return {
    operations,
    differences: {
      from: source.environment.name,
      ...(filter === '' ? {} : { names: `*${filter}*` }),
      ...(composition.team === '' ? {} : { team: composition.team }),
    },
  };
}

/** The choices with which a plan would be composed anew. */
export function choicesOfPlan(plan: Pick<Plan, 'operations'>): Choices {
  return new Map(
    plan.operations.map((each): [string, Choice] => {
      if (each.kind !== 'deploy') return [each.application.name, { kind: each.kind }];
      if (each.after === null) return [each.application.name, { kind: 'latest' }];
      return [
        each.application.name,
        each.after.version === null
          ? { kind: 'build', build: each.after.id }
          : { kind: 'version', number: each.after.version },
      ];
    }),
  );
}

/** The environment that usually comes before another on the path. */
export function usualSource(environments: readonly Environment[], target: Environment): ComposeSource | undefined {
  const environment = environments.find((each) => each.id === target.promotesFrom?.id);
  return environment === undefined ? undefined : { kind: 'environment', environment };
}

/** Where most wants to be changed: the last environment that differs from the one before it. */
export function usualTarget(environments: readonly Environment[], rows: readonly BoardRow[]): Environment | undefined {
  const onward = environments.filter((each) => each.promotesFrom !== null);
  const differing = onward.findLast((target) => {
    const source = usualSource(environments, target);
    return rows.some((row) => mayPromote(differenceOf({ here: cellIn(row, target), there: thereIn(row, source) })));
  });
  return differing ?? onward.at(-1) ?? environments.at(-1);
}

export function teamsOf(rows: readonly BoardRow[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => row.team ?? []))].toSorted();
}

/** What is being analysed, in words. */
export function subjectOf(content: PlanContent | null): string {
  if (content === null) return 'the plan';
  const changing = content.operations.filter((each) => each.kind !== 'leave').map((each) => each.application);
  const named =
    changing.length <= 3 ? changing.join(', ') : `${changing.slice(0, 2).join(', ')} and ${changing.length - 2} more`;
  const all = wholeWords(content);
  if (all === undefined) return named;
  return changing.length === 0 ? all : `${all}, and ${named}`;
}

function wholeWords({ release, differences }: PlanContent): string | undefined {
  if (release !== undefined) return `release ${release}`;
  return differences === undefined ? undefined : `everything that differs from ${differences.from}`;
}

/** What stands in the address of the page. */
export interface ComposeSearch {
  readonly to?: string | undefined;
  /** An environment, `release:NAME`, or `none` for no source. */
  readonly from?: string | undefined;
  readonly choose?: string | undefined;
  /** How applications take over this time, by name. */
  readonly rollout?: StrategyTexts | undefined;
  readonly everything?: boolean | undefined;
  readonly filter?: string | undefined;
  readonly team?: string | undefined;
  readonly all?: boolean | undefined;
  readonly plan?: number | undefined;
}

/** Without what says nothing, so that addresses stay short. */
export function withoutEmpty(search: ComposeSearch): ComposeSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));
}
