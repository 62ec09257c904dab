import {
  actorName,
  numberFault,
  refuse,
  type SecurityNumberName,
  securityNumberNames,
  securityNumbers,
} from '@almanac/domain';
import type { SecurityNumberView } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { command, type Endpoint, read } from '#platform/http';
import type { Tables } from '#tables';

export const securityNumberEndpoints: readonly Endpoint[] = [
  read('listSecurityNumbers', async ({ db }) => ({ items: await presentNumbers(db) })),

  command('setSecurityNumber', async (context, { params: { name }, body: { value } }) => {
    const fault = numberFault(name, value);
    if (fault !== undefined) return refuse('invalid-request', fault, [{ pointer: '/value', detail: fault }]);
    const before = await presentNumber(context.db, name);
    if (before.value === value && before.changedAt !== null)
      return refuse('nothing-to-do', `${name} is ${value} already`);
    const row = { value, changedAt: context.now, changedBy: actorName(context.actor) };
    await context.db
      .insertInto('securityNumbers')
      .values({ name, ...row })
      .onConflict((each) => each.column('name').doUpdateSet(row))
      .execute();
    const { value: from } = before;
    context.audit({ subject: `security-number:${name}`, detail: { from, to: value }, before: from, after: value });
    return presentNumber(context.db, name);
  }),

  command('resetSecurityNumber', async (context, { params: { name } }) => {
    const before = await presentNumber(context.db, name);
    if (before.changedAt === null) return refuse('nothing-to-do', `${name} is what is usual`);
    await context.db.deleteFrom('securityNumbers').where('name', '=', name).execute();
    const { value: from, usual: to } = before;
    context.audit({ subject: `security-number:${name}`, detail: { from, to }, before: from, after: to });
    return presentNumber(context.db, name);
  }),
];

async function presentNumber(db: Kysely<Tables>, name: SecurityNumberName): Promise<SecurityNumberView> {
  const found = (await presentNumbers(db)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is in the table of numbers`);
  return found;
}

async function presentNumbers(db: Kysely<Tables>): Promise<SecurityNumberView[]> {
  const rows = await db.selectFrom('securityNumbers').selectAll().execute();
  return securityNumberNames.map((name) => {
    const changed = rows.find((each) => each.name === name);
    const { usual, least, most } = securityNumbers[name];
    return {
      ...securityNumbers[name],
      name,
      value: Math.min(most, Math.max(least, changed?.value ?? usual)),
      changedAt: changed?.changedAt.toISOString() ?? null,
      changedBy: changed?.changedBy ?? null,
    };
  });
}
