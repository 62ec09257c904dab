import {
  type BuildId,
  type BuildInterface,
  type ConsumedContract,
  elementKey,
  everyElement,
  type ProvidedContract,
} from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** How many builds are read at once: few enough that parsing them delays nobody. */
const chunk = 200;
/** How many chunks the database reads while one is worked on. */
const readAhead = 2;

/** References to which contracts are read. */
export type Consumed = 'everything' | readonly string[];

/** What builds provide and consume, a chunk at a time; builds that are not there are left out. */
export async function* readInterfaces(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
  consumed: Consumed = 'everything',
): AsyncGenerator<readonly BuildInterface[]> {
  const reading: Promise<readonly BuildInterface[]>[] = [];
  for (let start = 0; start < builds.length || reading.length > 0; start += chunk) {
    if (start < builds.length) {
      const read = readChunk(db, builds.slice(start, start + chunk), consumed);
      // Whoever stops early does not wait for what was read ahead.
      read.catch(() => undefined);
      reading.push(read);
    }
    if (reading.length > readAhead || start + chunk >= builds.length) yield (await reading.shift()) ?? [];
  }
}

async function readChunk(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
  wanted: Consumed,
): Promise<readonly BuildInterface[]> {
  if (builds.length === 0) return [];
  const [rows, provided, consumed] = await Promise.all([
    db.selectFrom('builds').select(['id', 'applicationId', 'number']).where('id', 'in', builds).execute(),
    readProvided(db, builds),
    readConsumed(db, builds, wanted),
  ]);
  const unrecorded = rows
    .filter((row) => !provided.has(row.id) || (wanted === 'everything' && !consumed.has(row.id)))
    .map((row) => row.id);
  const byName = await readManifests(db, unrecorded);
  return rows.map((row) => ({
    build: row.id,
    application: row.applicationId,
    number: row.number,
    provides: provided.get(row.id) ?? byName.get(row.id)?.provides ?? [],
    consumes: consumed.get(row.id) ?? (wanted === 'everything' ? byName.get(row.id)?.consumes : undefined) ?? [],
  }));
}

async function readProvided(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
): Promise<ReadonlyMap<BuildId, readonly ProvidedContract[]>> {
  const rows = await db
    .selectFrom('buildContracts')
    .innerJoin('contractDocuments', 'contractDocuments.fingerprint', 'buildContracts.fingerprint')
    .select([
      'buildContracts.buildId',
      'buildContracts.module',
      'buildContracts.contract',
      'contractDocuments.elements',
    ])
    .where('buildContracts.buildId', 'in', builds)
    .execute();
  const found = new Map<BuildId, ProvidedContract[]>();
  for (const { buildId, module, contract, elements } of rows) {
    const own = found.get(buildId) ?? [];
    own.push({ module, contract, elements });
    found.set(buildId, own);
  }
  return found;
}

/** Between the texts of one element, and between elements: control characters that no key contains. */
const fieldEnd = '\u001f';
const elementEnd = '\u001e';

/** The references of a contract come as one text: the driver makes a value of each row and column, and that is what costs. */
async function readConsumed(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
  wanted: Consumed,
): Promise<ReadonlyMap<BuildId, readonly ConsumedContract[]>> {
  if (wanted.length === 0) return new Map();
  const restriction = wanted === 'everything' ? sql`` : sql`and contract = any(${sql.val(wanted)}::text[])`;
  const { rows } = await sql<{ buildId: BuildId; module: string; contract: string; elements: string }>`
    select build_id, module, contract,
      string_agg(element || ${fieldEnd}::text || coalesce(built_against, ''), ${elementEnd}::text order by element) as elements
    from build_references where build_id = any(${sql.val(builds)}::uuid[]) ${restriction}
    group by build_id, module, contract`.execute(db);
  const found = new Map<BuildId, ConsumedContract[]>();
  for (const { buildId, module, contract, elements } of rows) {
    const own = found.get(buildId) ?? [];
    own.push({ module, contract, elements: elementsOf(elements) });
    found.set(buildId, own);
  }
  return found;
}

function elementsOf(text: string): ConsumedContract['elements'] {
  const elements: ConsumedContract['elements'][number][] = [];
  for (let start = 0; start <= text.length; ) {
    const middle = text.indexOf(fieldEnd, start);
    const next = text.indexOf(elementEnd, middle);
    const end = next === -1 ? text.length : next;
    const key = text.slice(start, middle);
    if (key !== everyElement)
      elements.push({ key, builtAgainst: middle + 1 === end ? null : text.slice(middle + 1, end) });
    start = end + 1;
  }
  return elements;
}

/** What manifests alone say: contracts by name, and elements without a fingerprint. */
async function readManifests(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
): Promise<ReadonlyMap<BuildId, Pick<BuildInterface, 'provides' | 'consumes'>>> {
  if (builds.length === 0) return new Map();
  const rows = await db.selectFrom('builds').select(['id', 'manifest']).where('id', 'in', builds).execute();
  return new Map(rows.flatMap(({ id, manifest }) => (manifest === null ? [] : [[id, byManifest(manifest)]])));
}

function byManifest(manifest: Manifest): Pick<BuildInterface, 'provides' | 'consumes'> {
  const modules = Object.entries(manifest.modules);
  const provides = modules.flatMap(([module, each]) =>
    Object.keys(each.provides).map((contract) => ({ module, contract, elements: null })),
  );
  return {
    // Only one of two modules that claim the same contract can be asked.
    provides: provides.filter((each, at) => provides.findIndex(({ contract }) => contract === each.contract) === at),
    consumes: modules.flatMap(([module, each]) =>
      Object.entries(each.consumes).map(([contract, patterns]) => ({
        module,
        contract,
        elements: [...new Set(patterns.filter((pattern) => pattern !== everyElement).map(elementKey))].map((key) => ({
          key,
          builtAgainst: null,
        })),
      })),
    ),
  };
}
