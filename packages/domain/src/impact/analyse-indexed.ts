import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { Impact } from './analyse-impact.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import { compareText, type Endpoint, type Finding, type FindingCode, inOrder } from './finding.ts';
import { byName, type ImpactIndex } from './impact-index.ts';
import { indexCatalogue, rowOf } from './index-catalogue.ts';
import { indexedNeighbours } from './indexed-neighbours.ts';
import { type ImpactQuestion, type PlanView, type Provider, viewPlan } from './plan-view.ts';
import { providedTwice, referenceFinding } from './reference-findings.ts';
import { walkTouched } from './touched-references.ts';

export interface UndecidedPair {
  readonly provided: string;
  readonly builtAgainst: string;
}

export interface IndexedImpact extends Impact {
  /**
   * Pairs whose verdict nobody told the index yet; they were taken as compatible. When there are any, tell their verdicts
   * and ask again.
   */
  readonly undecided: readonly UndecidedPair[];
}

/** The answer of `analyseImpact`, at the cost of the references that the plan touches. */
export function analyseIndexed(index: ImpactIndex, question: ImpactQuestion): IndexedImpact {
  const view = viewPlan(index, question);
  const run: Run = { view, catalogue: indexCatalogue(index), undecided: new Map() };
  const problems = new Map<string, RowProblem>();
  const add = (code: FindingCode, group: number, node: number): void => {
    const key = `${code} ${group}`;
    const known = problems.get(key);
    if (known === undefined) problems.set(key, { code, group, nodes: new Set(node === 0 ? [] : [node]) });
    else if (node !== 0) known.nodes.add(node);
  };
  const touched = new Set<number>();
  walkTouched(view, {
    whole: (row) => {
      touched.add(index.consumed.ownerOf(row));
      judgeWhole(run, row, add);
    },
    element: (row) => {
      touched.add(index.consumed.ownerOf(row));
      const group = groupOf(index, row);
      const provider = view.after.providersOf(index.consumed.nodeOf(group))[0];
      if (provider !== undefined) judgeElement(run, { row, group, provider }, add);
    },
  });
  const findings = [...problems.values()].map((problem) => present(run, problem));
  return {
    findings: inOrder([...findings, ...findDuplicates(run)]),
    neighbourhood: {
      applications: indexedNeighbours(view, touched),
      settingsOf: new Set(question.changes.filter((each) => each.kind !== 'remove').map((each) => each.application)),
    },
    undecided: [...run.undecided.values()],
  };
}

interface Run {
  readonly view: PlanView;
  readonly catalogue: Catalogue;
  readonly undecided: Map<string, UndecidedPair>;
}

/** A problem of what one module consumes of one contract; `group` is the row of the contract. */
interface RowProblem {
  readonly code: FindingCode;
  readonly group: number;
  readonly nodes: Set<number>;
}

type Add = (code: FindingCode, group: number, node: number) => void;

/** The row of the contract that stands before the row of an element. */
function groupOf({ consumed, nodes }: ImpactIndex, row: number): number {
  let at = row;
  while (!nodes.isContract(consumed.nodeOf(at))) at -= 1;
  return at;
}

function judgeWhole(run: Run, group: number, add: Add): void {
  const { index, after } = run.view;
  const { consumed } = index;
  const provider = after.providersOf(consumed.nodeOf(group))[0];
  const end = group + 1 + consumed.valueOf(group);
  // Why it is missing is said when the finding is presented; the code stands for all reasons here.
  if (provider === undefined) add('contract-missing', group, 0);
  for (let row = group + 1; row < end; row += 1) {
    if (provider === undefined) add('contract-missing', group, consumed.nodeOf(row));
    else judgeElement(run, { row, group, provider }, add);
  }
}

function judgeElement(
  run: Run,
  at: { readonly row: number; readonly group: number; readonly provider: Provider },
  add: Add,
): void {
  const { index } = run.view;
  const { provider } = at;
  if (index.provided.valueOf(provider.row) === byName) return;
  const node = index.consumed.nodeOf(at.row);
  const provided = index.provided.valueOf(rowOf(index, provider.build, node));
  const builtAgainst = index.consumed.valueOf(at.row);
  if (provided === builtAgainst && provided !== 0) return;
  const code = judge(run, { provider, node, provided, builtAgainst });
  if (code !== undefined) add(code, at.group, node);
}

function judge(
  run: Run,
  given: {
    readonly provider: Provider;
    readonly node: number;
    readonly provided: number;
    readonly builtAgainst: number;
  },
): FindingCode | undefined {
  const { provided, builtAgainst } = given;
  if (provided === 0) return 'element-missing';
  if (builtAgainst === 0) return undefined;
  if (!compatible(run, provided, builtAgainst)) return 'element-incompatible';
  return hasLater(run.view.index, { ...given, fingerprint: builtAgainst }) ? 'newer-producer' : 'consumer-outdated';
}

/** Whether a later known build of the producer provides an element with a fingerprint. */
function hasLater(
  index: ImpactIndex,
  given: { readonly provider: Provider; readonly node: number; readonly fingerprint: number },
): boolean {
  const { provided } = index;
  const { build } = given.provider;
  for (let row = provided.firstOf(given.node); row !== 0; row = provided.nextOf(row)) {
    const owner = provided.ownerOf(row);
    const sameApplication = index.applicationOf(owner) === index.applicationOf(build);
    const later = sameApplication && index.numberOf(owner) > index.numberOf(build);
    if (later && provided.valueOf(row) === given.fingerprint) return true;
  }
  return false;
}

function compatible({ view: { index }, undecided }: Run, provided: number, builtAgainst: number): boolean {
  const verdict = index.verdict(provided, builtAgainst);
  if (verdict !== undefined) return verdict;
  undecided.set(`${provided} ${builtAgainst}`, {
    provided: index.fingerprints.textOf(provided),
    builtAgainst: index.fingerprints.textOf(builtAgainst),
  });
  return true;
}

function present(run: Run, { code, group, nodes }: RowProblem): Finding {
  const { view } = run;
  const { index, after, before } = view;
  const { applications, builds, modules, consumed } = index;
  const contract = consumed.nodeOf(group);
  const build = consumed.ownerOf(group);
  const application = index.applicationOf(build);
  const [was] = before.providersOf(contract);
  const [is] = after.providersOf(contract);
  const cause =
    moveOf(view, application) ?? moveOf(view, applicationOf(index, is)) ?? moveOf(view, applicationOf(index, was));
  if (cause === undefined) throw new Error('a reference was judged that no change touches');
  const name = index.nodes.nameOf(contract);
  const told = is === undefined ? missing(run, name, was) : { code, producer: endpointOf(index, is) };
  return referenceFinding(
    {
      ...told,
      consumer: {
        application: applications.textOf(application),
        build: builds.textOf(build),
        module: modules.textOf(consumed.labelOf(group)),
      },
      contract: name,
      elements: [...nodes].map((node) => index.nodes.keyOf(node)).toSorted(compareText),
      cause,
    },
    {
      catalogue: run.catalogue,
      compatible: (provided, builtAgainst) =>
        compatible(run, index.fingerprints.idOf(provided), index.fingerprints.idOf(builtAgainst)),
      isPlanned: (each) => view.changes.has(applications.find(each)),
    },
  );
}

function applicationOf(index: ImpactIndex, provider: Provider | undefined): number {
  return provider === undefined ? 0 : index.applicationOf(provider.build);
}

function endpointOf(index: ImpactIndex, { build, row }: Provider): Endpoint {
  return {
    application: index.applications.textOf(index.applicationOf(build)),
    build: index.builds.textOf(build),
    module: index.modules.textOf(index.provided.labelOf(row)),
  };
}

/** What brings another build of an application, or takes it away. */
function moveOf(view: PlanView, application: number): Change | undefined {
  const change = view.changes.get(application);
  return change?.kind === 'configure' ? undefined : change;
}

/** Why nobody provides a contract after the plan, and who could. */
function missing(
  { view, catalogue }: Run,
  contract: string,
  was: Provider | undefined,
): { readonly code: FindingCode; readonly producer: Endpoint | null } {
  const { index, after } = view;
  if (was !== undefined && view.changes.get(index.applicationOf(was.build))?.kind === 'remove')
    return { code: 'consumer-remains', producer: { ...endpointOf(index, was), build: null } };
  const could = catalogue.providing(contract).map((build) => catalogue.applicationOf(build));
  const buildOf = (application: ApplicationId): number => after.buildOf(index.applications.find(application));
  const present = could.find((application) => buildOf(application) !== 0);
  if (present !== undefined) {
    const build: BuildId = index.builds.textOf(buildOf(present));
    return { code: 'contract-missing', producer: { application: present, build, module: null } };
  }
  const [absent] = could;
  if (absent === undefined) return { code: 'contract-missing', producer: null };
  return { code: 'producer-missing', producer: { application: absent, build: null, module: null } };
}

/** Contracts that a deployed application provides, and another one too. */
function findDuplicates({ view }: Run): readonly Finding[] {
  const { index, after, changes } = view;
  const contracts = new Set<number>();
  for (const [application, change] of changes) {
    if (change.kind !== 'deploy') continue;
    const build = after.buildOf(application);
    for (let row = index.provided.startOf(build); row < index.provided.endOf(build); row += 1) {
      const node = index.provided.nodeOf(row);
      if (index.nodes.isContract(node) && after.providersOf(node).length > 1) contracts.add(node);
    }
  }
  return [...contracts].flatMap((contract) => {
    const providers = after.providersOf(contract);
    const bringer = providers.find((each) => changes.get(index.applicationOf(each.build))?.kind === 'deploy');
    const cause = bringer === undefined ? undefined : changes.get(index.applicationOf(bringer.build));
    if (bringer === undefined || cause === undefined) return [];
    return providers
      .filter((each) => each !== bringer)
      .map((other) =>
        providedTwice({
          contract: index.nodes.nameOf(contract),
          deployed: endpointOf(index, bringer),
          other: endpointOf(index, other),
          cause,
          isPlanned: changes.has(index.applicationOf(other.build)),
        }),
      );
  });
}
