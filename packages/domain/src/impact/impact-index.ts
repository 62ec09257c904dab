import type { ApplicationId, BuildId, EnvironmentId } from '../identity/id.ts';
import type { BuildInterface, ConsumedContract, ProvidedContract } from './build-interface.ts';
import { ContractNodes } from './contract-nodes.ts';
import { DigestInterner } from './digest-interner.ts';
import { Incidence, IncidenceRows } from './incidence.ts';
import { IntColumn } from './int-column.ts';
import { Interner } from './interner.ts';
import { PairTable } from './pair-table.ts';

/** Value of a contract's own row in `provided`: whether its elements are known. */
export const byName = 0;
const withElements = 1;

const yes = 1;
const no = 2;

/**
 * The references of an estate in memory. What builds provide and consume does not depend on environments, so it is kept
 * once; an environment is one column that says which build of each application it contains. Deploying is then one
 * integer, and what an environment contains of a chain of builds is seen by a look into its column.
 *
 * A build stays as long as it is installed somewhere or held by somebody; texts stay for the life of the index.
 */
export class ImpactIndex {
  readonly applications = new Interner<ApplicationId>();
  readonly builds = new Interner<BuildId>();
  readonly modules = new Interner();
  readonly fingerprints = new DigestInterner();
  readonly nodes: ContractNodes;
  /** Owner: build; value: fingerprint of an element; label: module. */
  readonly provided = new Incidence();
  /**
   * As `provided`, with the fingerprint that was built against. A contract's row stands before those of its elements; its
   * value is their number.
   */
  readonly consumed = new Incidence();
  readonly #applicationOf = new IntColumn();
  readonly #numberOf = new IntColumn();
  readonly #holds = new IntColumn();
  /** Builds that are known, by application. */
  readonly #buildsOf: number[][] = [];
  /** By environment: which build of each application it contains. */
  readonly #installed = new Map<EnvironmentId, IntColumn>();
  readonly #verdicts = new PairTable();

  /** `keep` makes what is stored of a text, for whoever gives texts that should not be kept as they are. */
  constructor({ keep }: { readonly keep?: (text: string) => string } = {}) {
    this.nodes = new ContractNodes(keep);
  }

  /** Makes a build known, or holds one that is known once more. */
  hold(given: BuildInterface): void {
    const build = this.builds.idOf(given.build);
    this.#holds.set(build, this.#holds.get(build) + 1);
    if (this.#applicationOf.get(build) !== 0) return;
    const application = this.applications.idOf(given.application);
    this.#applicationOf.set(build, application);
    this.#numberOf.set(build, given.number);
    const siblings = this.#buildsOf[application] ?? [];
    siblings.push(build);
    this.#buildsOf[application] = siblings;
    this.#addRows(build, given);
  }

  /** Takes over what is known of a build now, such as what it was built against; one that is not known stays unknown. */
  renew(given: BuildInterface): void {
    if (!this.knows(given.build)) return;
    const build = this.builds.find(given.build);
    this.provided.remove(build);
    this.consumed.remove(build);
    this.#addRows(build, given);
  }

  /** Lets go of a build; it is forgotten when it is installed nowhere and nobody else holds it. */
  release(given: BuildId): void {
    this.#release(this.builds.find(given));
  }

  knows(given: BuildId): boolean {
    return this.#applicationOf.get(this.builds.find(given)) !== 0;
  }

  /** Says what an environment contains of an application from now on; the build is known already. */
  install(given: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly build: BuildId | null;
  }): void {
    const column = this.column(given.environment);
    const application = this.applications.idOf(given.application);
    const before = column.get(application);
    const after = given.build === null ? 0 : this.builds.find(given.build);
    if (given.build !== null && this.#applicationOf.get(after) !== application)
      throw new Error(`build ${given.build} is not a known build of application ${given.application}`);
    if (before === after) return;
    column.set(application, after);
    if (after !== 0) this.#holds.set(after, this.#holds.get(after) + 1);
    if (before !== 0) this.#release(before);
  }

  /** Which build of each application an environment contains, as numbers. */
  column(environment: EnvironmentId): IntColumn {
    const known = this.#installed.get(environment);
    if (known !== undefined) return known;
    const column = new IntColumn();
    this.#installed.set(environment, column);
    return column;
  }

  /** The environments of which something was said. */
  environments(): readonly EnvironmentId[] {
    return [...this.#installed.keys()];
  }

  installedIn(environment: EnvironmentId, application: ApplicationId): BuildId | undefined {
    const build = this.column(environment).get(this.applications.find(application));
    return build === 0 ? undefined : this.builds.textOf(build);
  }

  /** Remembers whether what is provided satisfies who was built against something else. */
  learn(verdict: { readonly provided: string; readonly builtAgainst: string; readonly compatible: boolean }): void {
    this.#verdicts.set({
      first: this.fingerprints.idOf(verdict.provided),
      second: this.fingerprints.idOf(verdict.builtAgainst),
      value: verdict.compatible ? yes : no,
    });
  }

  /** What was learnt about two fingerprints, as numbers; undefined when nothing was. */
  verdict(provided: number, builtAgainst: number): boolean | undefined {
    const known = this.#verdicts.get(provided, builtAgainst);
    return known === 0 ? undefined : known === yes;
  }

  applicationOf(build: number): number {
    return this.#applicationOf.get(build);
  }
  numberOf(build: number): number {
    return this.#numberOf.get(build);
  }
  buildsOf(application: number): readonly number[] {
    return this.#buildsOf[application] ?? [];
  }

  #addRows(build: number, given: BuildInterface): void {
    const [provided, consumed] = [new IncidenceRows(), new IncidenceRows()];
    for (const each of given.provides) this.#collectProvided(each, provided);
    for (const each of given.consumes) this.#collectConsumed(each, consumed);
    this.provided.add(build, provided);
    this.consumed.add(build, consumed);
  }

  #release(build: number): void {
    const holds = this.#holds.get(build) - 1;
    if (build === 0 || holds < 0) return;
    this.#holds.set(build, holds);
    if (holds > 0) return;
    const application = this.#applicationOf.get(build);
    this.#buildsOf[application] = this.buildsOf(application).filter((each) => each !== build);
    this.#applicationOf.set(build, 0);
    this.provided.remove(build);
    this.consumed.remove(build);
  }

  #collectProvided({ contract, module, elements }: ProvidedContract, rows: IncidenceRows): void {
    const label = this.modules.idOf(module);
    const own = this.nodes.contract(contract);
    rows.push(own, elements === null ? byName : withElements, label);
    for (const { key, fingerprint } of elements ?? [])
      rows.push(this.nodes.element(own, key), this.fingerprints.idOf(fingerprint), label);
  }

  #collectConsumed({ contract, module, elements }: ConsumedContract, rows: IncidenceRows): void {
    const label = this.modules.idOf(module);
    const own = this.nodes.contract(contract);
    rows.push(own, elements.length, label);
    for (const { key, builtAgainst } of elements) {
      const value = builtAgainst === null ? 0 : this.fingerprints.idOf(builtAgainst);
      rows.push(this.nodes.element(own, key), value, label);
    }
  }
}
