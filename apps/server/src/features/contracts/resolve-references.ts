import { type BuildId, everyElement } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import type { KnownElement } from './contracts.tables.ts';

/**
 * Lets builds that provide a contract, and builds that consume it, end one after the other: otherwise neither of two
 * that end at the same time would see the other. Consumers do not wait for each other.
 */
export async function lockContracts(
  db: Kysely<Tables>,
  input: { readonly provided: readonly string[]; readonly consumed: readonly string[] },
): Promise<void> {
  const provided = new Set(input.provided);
  // Whoever takes several takes them in the same order as everybody else.
  for (const contract of [...new Set([...provided, ...input.consumed])].sort()) {
    const key = sql`hashtextextended(${`contract:${contract}`}, 0)`;
    if (provided.has(contract)) await sql`select pg_advisory_xact_lock(${key})`.execute(db);
    else await sql`select pg_advisory_xact_lock_shared(${key})`.execute(db);
  }
}

/**
 * Resolves what earlier builds consume of a contract and nobody provided until now: from here on they are known to be
 * built against the first that was there to be built against.
 */
export async function resolveReferences(
  context: CommandContext,
  input: { readonly build: BuildId; readonly contract: string; readonly elements: readonly KnownElement[] },
): Promise<void> {
  const { contract, elements } = input;
  if (elements.length === 0) return;
  const keys = sql.val(elements.map((each) => each.key));
  const fingerprints = sql.val(elements.map((each) => each.fingerprint));
  const spread = await sql`
    with open as (
      delete from build_references
      where contract = ${contract} and element = ${everyElement} and built_against is null
      returning build_id, module, contract)
    insert into build_references (build_id, module, contract, element, built_against)
    select open.build_id, open.module, open.contract, e.key, e.fingerprint
    from open, unnest(${keys}::text[], ${fingerprints}::text[]) as e (key, fingerprint)
    on conflict do nothing`.execute(context.db);
  const named = await sql`
    update build_references r set built_against = e.fingerprint
    from unnest(${keys}::text[], ${fingerprints}::text[]) as e (key, fingerprint)
    where r.contract = ${contract} and r.built_against is null and r.element = e.key`.execute(context.db);
  if ((spread.numAffectedRows ?? 0n) + (named.numAffectedRows ?? 0n) === 0n) return;
  await context.record({ kind: 'references-resolved', subject: { contract, build: input.build } });
}
