import type { AccessScope, ApplicationId, BuildId } from '@almanac/domain';
import type { BuildContracts } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { applicationInScope } from '#scope';
import type { Tables } from '#tables';

/** What a build provides and consumes, and who stands on the other side of each contract. */
export async function readBuildContracts(
  db: Kysely<Tables>,
  { build, scope }: { readonly build: BuildId; readonly scope: AccessScope },
): Promise<BuildContracts> {
  const provided = await db
    .selectFrom('buildContracts')
    .innerJoin('contractDocuments', 'contractDocuments.fingerprint', 'buildContracts.fingerprint')
    .select([
      'buildContracts.module',
      'buildContracts.contract',
      'buildContracts.fingerprint',
      'contractDocuments.kind',
      'contractDocuments.elements',
    ])
    .where('buildContracts.buildId', '=', build)
    .orderBy('buildContracts.module')
    .orderBy('buildContracts.contract')
    .execute();
  const references = await db
    .selectFrom('buildReferences')
    .select(['module', 'contract', 'element', 'builtAgainst'])
    .where('buildId', '=', build)
    .orderBy('module')
    .orderBy('contract')
    .orderBy('element')
    .execute();
  const consumers = await newestBuildsWith(db, {
    scope,
    table: 'build_references',
    contracts: provided.map(({ contract }) => contract),
  });
  const providers = await newestBuildsWith(db, {
    scope,
    table: 'build_contracts',
    contracts: references.map(({ contract }) => contract),
  });
  const labels = await labelsIn(
    db,
    references.map(({ contract }) => contract),
  );
  const consumed = Map.groupBy(references, ({ module, contract }) => `${module} ${contract}`);
  return {
    provides: provided.map((each) => ({
      ...each,
      elements: [...each.elements],
      consumers: consumers.filter(({ contract }) => contract === each.contract).map(presentApplication),
    })),
    consumes: [...consumed.values()].flatMap((rows) =>
      rows.slice(0, 1).map(({ module, contract }) => ({
        module,
        contract,
        providers: providers.filter((each) => each.contract === contract).map(presentApplication),
        elements: rows.map(({ element, builtAgainst }) => ({
          element,
          label: labels.get(`${contract} ${element}`) ?? element,
          builtAgainst,
        })),
      })),
    ),
  };
}

/** What the newest document of each contract calls its elements, by contract and key. */
async function labelsIn(db: Kysely<Tables>, consumed: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const contracts = [...new Set(consumed)];
  if (contracts.length === 0) return new Map();
  const rows = await db
    .selectFrom('buildContracts')
    .innerJoin('builds', 'builds.id', 'buildContracts.buildId')
    .innerJoin('contractDocuments', 'contractDocuments.fingerprint', 'buildContracts.fingerprint')
    .distinctOn('buildContracts.contract')
    .select(['buildContracts.contract', 'contractDocuments.elements'])
    .where('buildContracts.contract', 'in', contracts)
    .where('builds.state', '=', 'succeeded')
    .orderBy('buildContracts.contract')
    .orderBy('builds.endedAt', 'desc')
    .execute();
  return new Map(
    rows.flatMap(({ contract, elements }) => elements.map(({ key, label }) => [`${contract} ${key}`, label] as const)),
  );
}

interface Party {
  readonly contract: string;
  readonly id: ApplicationId;
  readonly name: string;
}

/** Applications whose newest succeeded build provides, or consumes, one of the contracts. */
async function newestBuildsWith(
  db: Kysely<Tables>,
  input: {
    readonly table: 'build_contracts' | 'build_references';
    readonly contracts: readonly string[];
    readonly scope: AccessScope;
  },
): Promise<readonly Party[]> {
  const contracts = [...new Set(input.contracts)];
  if (contracts.length === 0) return [];
  const { rows } = await sql<Party>`
    select distinct t.contract, a.id, a.name
    from ${sql.table(input.table)} t
    join builds b on b.id = t.build_id and b.state = 'succeeded'
    join applications a on a.id = b.application_id
    where t.contract = any(${contracts}) and ${applicationInScope(input.scope, sql.ref('a.id'))}
      and not exists (
        select from builds newer
        where newer.application_id = b.application_id and newer.state = 'succeeded' and newer.number > b.number
      )
    order by a.name`.execute(db);
  return rows;
}

function presentApplication({ id, name }: Party) {
  return { id, name };
}
