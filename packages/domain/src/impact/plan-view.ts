import type { EnvironmentId } from '../identity/id.ts';
import type { Change } from './change.ts';
import { compareText } from './finding.ts';
import type { ImpactIndex } from './impact-index.ts';
import type { IntColumn } from './int-column.ts';

export interface ImpactQuestion {
  readonly environment: EnvironmentId;
  /** At most one for each application; their builds are known to the index. */
  readonly changes: readonly Change[];
}

/** Who provides a contract: a build, and its own row about the contract. */
export interface Provider {
  readonly build: number;
  readonly row: number;
}

/** One environment before or after a plan, without a copy of it: its column, and beside it what is different. */
export class Moment {
  readonly #index: ImpactIndex;
  readonly #column: IntColumn;
  readonly #different: ReadonlyMap<number, number>;
  readonly #providers = new Map<number, readonly Provider[]>();

  constructor(index: ImpactIndex, column: IntColumn, different: ReadonlyMap<number, number>) {
    this.#index = index;
    this.#column = column;
    this.#different = different;
  }

  /** The build of an application that the environment contains; 0 for none. */
  buildOf(application: number): number {
    return this.#different.get(application) ?? this.#column.get(application);
  }

  contains(build: number): boolean {
    return this.buildOf(this.#index.applicationOf(build)) === build;
  }

  /** Who provides the contract with a node; the first by key is the one that counts where it is provided twice. */
  providersOf(contract: number): readonly Provider[] {
    const known = this.#providers.get(contract);
    if (known !== undefined) return known;
    const { provided, applications } = this.#index;
    const found: Provider[] = [];
    for (let row = provided.firstOf(contract); row !== 0; row = provided.nextOf(row)) {
      const build = provided.ownerOf(row);
      if (this.contains(build)) found.push({ build, row });
    }
    const keyOf = ({ build }: Provider) => applications.textOf(this.#index.applicationOf(build));
    if (found.length > 1) found.sort((a, b) => compareText(keyOf(a), keyOf(b)));
    this.#providers.set(contract, found);
    return found;
  }
}

/** An environment before and after the changes of a question, and the changes by application. */
export interface PlanView {
  readonly index: ImpactIndex;
  readonly before: Moment;
  readonly after: Moment;
  readonly changes: ReadonlyMap<number, Change>;
}

export function viewPlan(index: ImpactIndex, question: ImpactQuestion): PlanView {
  const column = index.column(question.environment);
  const changes = new Map<number, Change>();
  const different = new Map<number, number>();
  for (const change of question.changes) {
    const application = index.applications.idOf(change.application);
    changes.set(application, change);
    if (change.kind === 'remove') different.set(application, 0);
    if (change.kind !== 'deploy') continue;
    if (!index.knows(change.build)) throw new Error(`build ${change.build} is deployed and not in the index`);
    different.set(application, index.builds.find(change.build));
  }
  return {
    index,
    before: new Moment(index, column, new Map()),
    after: new Moment(index, column, different),
    changes,
  };
}
