import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { BuildInterface, Compatible, ConsumedContract, ProvidedContract } from './build-interface.ts';
import { type Catalogue, plainCatalogue } from './catalogue.ts';
import { applyChanges, type Change, type Installed } from './change.ts';
import { compareText, type Endpoint, type Finding, type FindingCode, inOrder } from './finding.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { providedTwice, referenceFinding } from './reference-findings.ts';
import type { Problem } from './remedy.ts';

export interface ImpactInput {
  /** What the environment contains before the plan. */
  readonly installed: Installed;
  /** At most one for each application. */
  readonly changes: readonly Change[];
  /** Every build that is known, those that are installed or deployed among them. */
  readonly builds: readonly BuildInterface[];
  readonly compatible: Compatible;
}

export interface Impact {
  readonly findings: readonly Finding[];
  readonly neighbourhood: Neighbourhood;
}

/**
 * What would be wrong with references after a plan. Told is what concerns a reference of which the consumer is deployed
 * by the plan, or of which what is provided for it is changed by the plan; what the plan does not touch is not told.
 *
 * This is the definition: it looks at every reference of the environment. The index answers the same and looks only at
 * those that the plan touches.
 */
export function analyseImpact(input: ImpactInput): Impact {
  const before = stateOf(input, input.installed);
  const after = stateOf(input, applyChanges(input.installed, input.changes));
  const changes = new Map(input.changes.map((each) => [each.application, each]));
  const plan: Plan = { before, after, changes, catalogue: plainCatalogue(input.builds), compatible: input.compatible };
  const judged = [...after.values()].flatMap((consumer) =>
    consumer.consumes.map((consumed) => ({ consumer, ...judge(plan, consumer, consumed) })),
  );
  const isPlanned = (application: ApplicationId) => changes.has(application);
  const presentation = { catalogue: plan.catalogue, compatible: plan.compatible, isPlanned };
  const references = judged.flatMap((each) => each.problems.map((problem) => referenceFinding(problem, presentation)));
  const touched = new Set(judged.filter((each) => each.touched).map((each) => each.consumer.application));
  return {
    findings: inOrder([...references, ...findDuplicates(plan)]),
    neighbourhood: {
      applications: neighboursOf(plan, touched),
      settingsOf: new Set(input.changes.filter((each) => each.kind !== 'remove').map((each) => each.application)),
    },
  };
}

type State = ReadonlyMap<ApplicationId, BuildInterface>;

interface Plan {
  readonly before: State;
  readonly after: State;
  readonly changes: ReadonlyMap<ApplicationId, Change>;
  readonly catalogue: Catalogue;
  readonly compatible: Compatible;
}

interface Provider {
  readonly endpoint: Endpoint & { readonly build: BuildId };
  readonly contract: ProvidedContract;
}

function stateOf(input: ImpactInput, installed: Installed): State {
  const byId = new Map(input.builds.map((each) => [each.build, each]));
  return new Map(
    [...installed].map(([application, build]) => {
      const found = byId.get(build);
      if (found === undefined) throw new Error(`build ${build} is installed and not in the catalogue`);
      return [application, found];
    }),
  );
}

/** Who provides a contract; the first by key is the one that counts where it is provided twice. */
function providersOf(state: State, contract: string): readonly Provider[] {
  return [...state.values()]
    .toSorted((a, b) => compareText(a.application, b.application))
    .flatMap(({ application, build, provides }) => {
      const provided = provides.find((each) => each.contract === contract);
      if (provided === undefined) return [];
      return [{ endpoint: { application, build, module: provided.module }, contract: provided }];
    });
}

function fingerprintIn(provider: Provider | undefined, key: string): string | null | undefined {
  if (provider?.contract.elements == null) return provider === undefined ? undefined : null;
  return provider.contract.elements.find((each) => each.key === key)?.fingerprint;
}

type CausedProblem = Problem & { readonly cause: Change };

interface Judgement {
  /** Whether the plan touches the reference at all. */
  readonly touched: boolean;
  readonly problems: readonly CausedProblem[];
}

/** Judges what one module consumes of one contract. */
function judge(plan: Plan, consumer: BuildInterface, consumed: ConsumedContract): Judgement {
  const [was] = providersOf(plan.before, consumed.contract);
  const [is] = providersOf(plan.after, consumed.contract);
  const own = moveOf(plan, consumer.application);
  const cause = own ?? moveOf(plan, is?.endpoint.application) ?? moveOf(plan, was?.endpoint.application);
  // Neither the consumer nor the producer moves: nothing that the plan touches.
  if (cause === undefined) return { touched: false, problems: [] };
  const whole = own?.kind === 'deploy' || !sameProvider(was, is);
  const concerned = consumed.elements.filter(({ key }) => whole || fingerprintIn(was, key) !== fingerprintIn(is, key));
  const byCode = new Map<FindingCode, string[]>();
  for (const { key, builtAgainst } of concerned) {
    const code = is === undefined ? undefined : judgeElement(plan, { is, key, builtAgainst });
    if (code !== undefined) byCode.set(code, [...(byCode.get(code) ?? []), key]);
  }
  const lost = whole && is === undefined ? [missing(plan, consumed.contract, was)] : [];
  const problem = (told: Pick<Problem, 'code' | 'producer'>, elements: readonly string[]): CausedProblem => ({
    ...told,
    consumer: { application: consumer.application, build: consumer.build, module: consumed.module },
    contract: consumed.contract,
    elements: elements.toSorted(compareText),
    cause,
  });
  return {
    touched: whole || concerned.length > 0,
    problems: [
      ...lost.map((told) =>
        problem(
          told,
          consumed.elements.map((each) => each.key),
        ),
      ),
      ...[...byCode].map(([code, keys]) => problem({ code, producer: is?.endpoint ?? null }, keys)),
    ],
  };
}

/** Whether the same application provides a contract, and its elements are known, or not, as before. */
function sameProvider(was: Provider | undefined, is: Provider | undefined): boolean {
  if (was === undefined || is === undefined) return was === is;
  const sameApplication = was.endpoint.application === is.endpoint.application;
  return sameApplication && (was.contract.elements === null) === (is.contract.elements === null);
}

/** What brings another build of an application, or takes it away. */
function moveOf(plan: Plan, application: ApplicationId | undefined): Change | undefined {
  const change = application === undefined ? undefined : plan.changes.get(application);
  return change?.kind === 'configure' ? undefined : change;
}

function judgeElement(
  plan: Plan,
  given: { readonly is: Provider; readonly key: string; readonly builtAgainst: string | null },
): FindingCode | undefined {
  const { is, key, builtAgainst } = given;
  const provided = fingerprintIn(is, key);
  if (provided === undefined) return 'element-missing';
  if (provided === null || builtAgainst === null || provided === builtAgainst) return undefined;
  if (!plan.compatible(provided, builtAgainst)) return 'element-incompatible';
  const { application, build } = is.endpoint;
  const later = plan.catalogue
    .buildsOf(application)
    .filter((each) => plan.catalogue.numberOf(each) > plan.catalogue.numberOf(build));
  return later.some((each) => plan.catalogue.provided(each, is.contract.contract, key) === builtAgainst)
    ? 'newer-producer'
    : 'consumer-outdated';
}

/** Why nobody provides a contract after the plan, and who could. */
function missing(
  plan: Plan,
  contract: string,
  was: Provider | undefined,
): { readonly code: FindingCode; readonly producer: Endpoint | null } {
  if (was !== undefined && plan.changes.get(was.endpoint.application)?.kind === 'remove')
    return { code: 'consumer-remains', producer: { ...was.endpoint, build: null } };
  const could = plan.catalogue.providing(contract).map((build) => plan.catalogue.applicationOf(build));
  const present = could.find((application) => plan.after.has(application));
  if (present !== undefined) {
    const build = plan.after.get(present)?.build ?? null;
    return { code: 'contract-missing', producer: { application: present, build, module: null } };
  }
  const [absent] = could;
  if (absent === undefined) return { code: 'contract-missing', producer: null };
  return { code: 'producer-missing', producer: { application: absent, build: null, module: null } };
}

/** Contracts that a deployed application provides, and another one too. */
function findDuplicates(plan: Plan): readonly Finding[] {
  const deployed = [...plan.changes.values()].filter((each) => each.kind === 'deploy');
  const contracts = new Set(
    deployed.flatMap(({ application }) => plan.after.get(application)?.provides.map((each) => each.contract) ?? []),
  );
  return [...contracts].flatMap((contract) => {
    const providers = providersOf(plan.after, contract).map((each) => each.endpoint);
    const bringer = providers.find((each) => plan.changes.get(each.application)?.kind === 'deploy');
    const cause = bringer === undefined ? undefined : plan.changes.get(bringer.application);
    if (bringer === undefined || cause === undefined) return [];
    return providers
      .filter((each) => each !== bringer)
      .map((other) =>
        providedTwice({ contract, deployed: bringer, other, cause, isPlanned: plan.changes.has(other.application) }),
      );
  });
}

function neighboursOf(plan: Plan, touched: ReadonlySet<ApplicationId>): ReadonlyMap<ApplicationId, BuildId> {
  const read = new Set<string>();
  for (const application of plan.changes.keys()) {
    if (moveOf(plan, application) === undefined) continue;
    for (const state of [plan.before, plan.after])
      for (const each of state.get(application)?.provides ?? []) read.add(each.contract);
    for (const each of plan.after.get(application)?.consumes ?? []) read.add(each.contract);
  }
  const neighbours = [...plan.after.values()].filter(
    ({ application, provides }) =>
      !plan.changes.has(application) &&
      (touched.has(application) || provides.some(({ contract }) => read.has(contract))),
  );
  return new Map(neighbours.map((each) => [each.application, each.build]));
}
