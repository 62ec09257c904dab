import {
  type ApplicationId,
  type BuildId,
  type BuildInterface,
  type EnvironmentId,
  ImpactIndex,
  type ImpactQuestion,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import { type Consumed, readInterfaces } from './read-interfaces.ts';

/**
 * An index of what one question reads of the estate, and no more, as the caller's transaction sees it: the builds of the
 * plan and those that they replace, whoever consumes an element that changes, whoever provides what is consumed, and their
 * other builds that run somewhere, which may mend what is found. Of neighbours only those references are read that may be
 * judged.
 */
export async function readNeighbourhood(db: Kysely<Tables>, question: ImpactQuestion): Promise<ImpactIndex> {
  const { environment, changes } = question;
  const reader = new Reader(db, environment);
  const planned = changes.map((each) => each.application);
  await reader.addInstalled(planned, 'everything');
  await reader.addBuilds(
    changes.flatMap((each) => (each.kind === 'deploy' ? [each.build] : [])),
    'everything',
  );
  const before = planned.flatMap((each) => reader.installed(each) ?? []);
  const after = changes.flatMap((each) => (each.kind === 'deploy' ? (reader.build(each.build) ?? []) : []));
  const provided = [...new Set([...before, ...after].flatMap((each) => each.provides.map(({ contract }) => contract)))];
  const consumed = after.flatMap((each) => each.consumes.map(({ contract }) => contract));
  const consumers = await reader.consumersOf(changedElements(before, after));
  await reader.addInstalled(consumers, provided);
  await reader.addUnrecorded();
  await reader.addInstalledAnywhere([...planned, ...consumers], [...provided, ...consumed]);
  await reader.addProvidersOf([...provided, ...consumed]);
  return reader.index();
}

/** Elements as the columns of a query: what is provided otherwise than before, each contract itself among them. */
function changedElements(
  before: readonly BuildInterface[],
  after: readonly BuildInterface[],
): readonly { readonly contract: string; readonly element: string | null }[] {
  const provided = (builds: readonly BuildInterface[]) =>
    new Map(
      builds.flatMap(({ application, provides }) =>
        provides.flatMap(({ contract, elements }) => [
          [JSON.stringify([contract, null]), `${application} ${elements === null}`] as const,
          ...(elements ?? []).map(
            ({ key, fingerprint }) => [JSON.stringify([contract, key]), `${application} ${fingerprint}`] as const,
          ),
        ]),
      ),
    );
  const [was, is] = [provided(before), provided(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => {
      const [contract, element] = JSON.parse(name) as [string, string | null];
      return { contract, element };
    });
}

/** Collects builds with what they provide and consume, and what the environments contain of their applications. */
class Reader {
  readonly #db: Kysely<Tables>;
  readonly #environment: EnvironmentId;
  readonly #builds = new Map<BuildId, BuildInterface>();
  readonly #installed = new Map<ApplicationId, BuildId>();

  constructor(db: Kysely<Tables>, environment: EnvironmentId) {
    this.#db = db;
    this.#environment = environment;
  }

  build(id: BuildId): BuildInterface | undefined {
    return this.#builds.get(id);
  }

  installed(application: ApplicationId): BuildInterface | undefined {
    const build = this.#installed.get(application);
    return build === undefined ? undefined : this.#builds.get(build);
  }

  /** Builds with what they provide, and of what they consume the contracts that matter. */
  async addBuilds(builds: readonly BuildId[], consumed: Consumed): Promise<void> {
    const missing = [...new Set(builds)].filter((build) => !this.#builds.has(build));
    for await (const interfaces of readInterfaces(this.#db, missing, consumed))
      for (const each of interfaces) this.#builds.set(each.build, each);
  }

  async addInstalled(applications: readonly ApplicationId[], consumed: Consumed): Promise<void> {
    if (applications.length === 0) return;
    const rows = await this.#db
      .selectFrom('targets')
      .select(['applicationId', 'buildId'])
      .where('environmentId', '=', this.#environment)
      .where('applicationId', 'in', applications)
      .execute();
    for (const row of rows) this.#installed.set(row.applicationId, row.buildId);
    await this.addBuilds(
      rows.map((row) => row.buildId),
      consumed,
    );
  }

  /** Applications of the environment with a reference to one of these elements, or to the contract where it is null. */
  async consumersOf(
    elements: readonly { readonly contract: string; readonly element: string | null }[],
  ): Promise<readonly ApplicationId[]> {
    if (elements.length === 0) return [];
    const { rows } = await sql<{ applicationId: ApplicationId }>`
      with changed as (
        select * from unnest(${sql.val(elements.map((each) => each.contract))}::text[],
          ${sql.val(elements.map((each) => each.element))}::text[]) as c (contract, element))
      select distinct t.application_id from changed c
      join build_references r on r.contract = c.contract and (c.element is null or c.element = r.element)
      join targets t on t.build_id = r.build_id and t.environment_id = ${this.#environment}`.execute(this.#db);
    return rows.map((row) => row.applicationId);
  }

  /** Whoever provides one of these contracts, here or elsewhere. */
  async addProvidersOf(contracts: readonly string[]): Promise<void> {
    if (contracts.length === 0) return;
    const { rows } = await sql<{ applicationId: ApplicationId; buildId: BuildId }>`
      select distinct t.application_id, t.build_id from build_contracts c join targets t on t.build_id = c.build_id
      where c.contract = any(${sql.val([...new Set(contracts)])}::text[])`.execute(this.#db);
    const applications = rows.map((row) => row.applicationId);
    await this.addBuilds(
      rows.map((row) => row.buildId),
      [],
    );
    await this.addInstalled([...new Set(applications)], []);
  }

  /** Applications of the environment whose manifests speak of contracts of which nothing was recorded with the build. */
  async addUnrecorded(): Promise<void> {
    const { rows } = await sql<{ applicationId: ApplicationId }>`
      select t.application_id from targets t join builds b on b.id = t.build_id
      where t.environment_id = ${this.#environment} and (
        (not exists (select from build_contracts c where c.build_id = b.id)
          and jsonb_path_exists(b.manifest, '$.modules.*.provides.*'))
        or (not exists (select from build_references r where r.build_id = b.id)
          and jsonb_path_exists(b.manifest, '$.modules.*.consumes.*')))`.execute(this.#db);
    await this.addInstalled(
      rows.map((row) => row.applicationId),
      'everything',
    );
  }

  /** The builds of these applications that run in any environment. */
  async addInstalledAnywhere(applications: readonly ApplicationId[], consumed: Consumed): Promise<void> {
    if (applications.length === 0) return;
    const rows = await this.#db
      .selectFrom('targets')
      .select('buildId')
      .distinct()
      .where('applicationId', 'in', applications)
      .execute();
    await this.addBuilds(
      rows.map((row) => row.buildId),
      consumed,
    );
  }

  index(): ImpactIndex {
    const index = new ImpactIndex();
    for (const build of this.#builds.values()) index.hold(build);
    for (const [application, build] of this.#installed)
      index.install({ environment: this.#environment, application, build });
    return index;
  }
}
