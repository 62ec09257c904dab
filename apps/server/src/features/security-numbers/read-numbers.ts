import { type NumbersInForce, numbersInForce, type SecurityNumberName, securityNumbers } from '@almanac/domain';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '#tables';

/**
 * The numbers as they are in force now. They are read where they are used and kept nowhere, so that a change holds on every
 * server with the next request.
 */
export async function readNumbers(db: Kysely<Tables>): Promise<NumbersInForce> {
  const changed = await db.selectFrom('securityNumbers').select(['name', 'value']).execute();
  return numbersInForce(new Map(changed.map((each) => [each.name, each.value])));
}

/** One number within a query that runs with every request. */
export function numberInQuery(name: SecurityNumberName): RawBuilder<number> {
  const { usual, least, most } = securityNumbers[name];
  return sql<number>`(select least(${most}::int, greatest(${least}::int, coalesce(
    (select value from security_numbers where name = ${name}), ${usual}::int))))`;
}
