import { comparingRules } from '@almanac/domain';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '#tables';

/** So much goes in one run at the most: the next one comes soon enough. */
const documentsAtOnce = 1000;
const rowsAtOnce = 20_000;

const collecting = sql`hashtextextended('collect contracts', 0)`;

/** How much was removed. */
export interface Collected {
  readonly documents: number;
  readonly elements: number;
  readonly verdicts: number;
}

/** Whoever keeps contracts of a build holds off those who collect: what is known already is not kept again. */
export async function holdOffCollecting(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${collecting})`.execute(db);
}

/**
 * Removes contracts that no build provides any more, elements that nobody knows any more, and verdicts on them or of other
 * rules. An element stays as long as a document has it or a build was built against it; schemas as long as an element refers
 * to them. While the contracts of a build are just being kept nothing is done: there will be another run.
 */
export async function collectContracts(db: Kysely<Tables>): Promise<Collected> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ alone: boolean }>`select pg_try_advisory_xact_lock(${collecting}) as alone`.execute(
      transaction,
    );
    if (rows[0]?.alone !== true) return { documents: 0, elements: 0, verdicts: 0 };
    const documents = await remove(transaction, unusedDocuments);
    const outdated = await remove(transaction, outdatedVerdicts);
    // To look for elements costs a look at all documents and references: only where something may have become unused.
    if (documents === 0) return { documents, elements: 0, verdicts: outdated };
    const elements = await remove(transaction, unusedElements);
    await remove(transaction, unusedSchemas);
    return { documents, elements, verdicts: outdated + (await remove(transaction, orphanedVerdicts)) };
  });
}

async function remove(db: Kysely<Tables>, statement: RawBuilder<unknown>): Promise<number> {
  return Number((await statement.execute(db)).numAffectedRows ?? 0n);
}

const unusedDocuments = sql`
  delete from contract_documents where fingerprint in (
    select d.fingerprint from contract_documents d
    where not exists (select from build_contracts b where b.fingerprint = d.fingerprint) limit ${documentsAtOnce})`;

const unusedElements = sql`
  with used as (
    select e ->> 'fingerprint' as fingerprint from contract_documents, jsonb_array_elements(elements) e
    union select built_against from build_references where built_against is not null)
  delete from contract_elements where fingerprint in (
    select e.fingerprint from contract_elements e
    where e.kind <> 'schemas' and not exists (select from used where used.fingerprint = e.fingerprint)
    limit ${rowsAtOnce})`;

const unusedSchemas = sql`
  delete from contract_elements where fingerprint in (
    select s.fingerprint from contract_elements s
    where s.kind = 'schemas' and not exists (
      select from contract_elements e where e.kind <> 'schemas' and e.body ->> 'schemasOf' = s.fingerprint)
    limit ${rowsAtOnce})`;

const outdatedVerdicts = sql`
  delete from element_verdicts where (provided, built_against) in (
    select provided, built_against from element_verdicts where rules <> ${comparingRules} limit ${rowsAtOnce})`;

const orphanedVerdicts = sql`
  delete from element_verdicts where (provided, built_against) in (
    select v.provided, v.built_against from element_verdicts v
    where not exists (select from contract_elements e where e.fingerprint = v.provided)
      or not exists (select from contract_elements e where e.fingerprint = v.built_against)
    limit ${rowsAtOnce})`;
