import { mustHaveSecondFactor, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { beginAccountChange, findRole } from '#features/access';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { heldRoles, presentFactors, readPolicy } from './read-factors.ts';

/** What administrators see of second factors, and do about lost ones; and who must have one. */
export const administerFactorEndpoints: readonly Endpoint[] = [
  read('listFactorHolders', async ({ db }, { query: { limit, cursor } }) => {
    const after = decodeCursor(cursor);
    const rows = await db
      .selectFrom('principals')
      .select(['id', 'name', 'displayName', 'active'])
      .select(heldRoles.as('held'))
      .select(
        sql<boolean>`exists (select from totp_factors t where t.principal_id = principals.id and t.confirmed_at is not null)`.as(
          'totp',
        ),
      )
      .select(sql<number>`(select count(*)::int from passkeys k where k.principal_id = principals.id)`.as('passkeys'))
      .select(
        sql<number>`(select count(*)::int from recovery_codes c where c.principal_id = principals.id)`.as(
          'recoveryCodes',
        ),
      )
      .where('kind', '=', 'user')
      .$if(after !== undefined, (each) => each.where('name', '>', String(after?.[0])))
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    const policy = await readPolicy(db);
    return pageOf({
      rows,
      limit,
      keyOf: (row) => [row.name],
      present: ({ held, ...row }) => ({ ...row, required: mustHaveSecondFactor(policy, held) }),
    });
  }),

  command('removeFactors', async (context, { params, body }) => {
    const { db, actor } = context;
    const { account: found } = await beginAccountChange(context, params.principal);
    if (actor.kind === 'principal' && actor.id === found.id)
      return refuse('not-permitted', 'give your own factors up on the page of your account');
    const before = await presentFactors(db, found.id);
    const all = body.kind === 'all';
    if (all || body.kind === 'totp') await db.deleteFrom('totpFactors').where('principalId', '=', found.id).execute();
    if (all || body.kind === 'passkeys') await db.deleteFrom('passkeys').where('principalId', '=', found.id).execute();
    if (all || body.kind === 'recovery-codes')
      await db.deleteFrom('recoveryCodes').where('principalId', '=', found.id).execute();
    await db.deleteFrom('sessions').where('principalId', '=', found.id).execute();
    await db.deleteFrom('arrivals').where('principalId', '=', found.id).execute();
    context.audit({ subject: `principal:${found.name}`, detail: { kind: body.kind }, before });
    return presentFactors(db, found.id);
  }),

  read('getSecondFactorPolicy', async ({ db }) => {
    const { everybody, roles, revision } = await readPolicy(db);
    return { everybody, roles: [...roles], revision };
  }),

  command('setSecondFactorPolicy', async (context, { body, expectedRevision }) => {
    const { db } = context;
    const before = await readPolicy(db);
    const changed = await db
      .updateTable('secondFactorPolicy')
      .set({ everybody: body.everybody, revision: sql`revision + 1` })
      .where('revision', '=', expectedRevision)
      .returning('revision')
      .executeTakeFirst();
    if (changed === undefined) return refuse('revision-mismatch', 'the policy was changed meanwhile; read it again');
    await db.deleteFrom('secondFactorRoles').execute();
    for (const name of new Set(body.roles))
      await db
        .insertInto('secondFactorRoles')
        .values({ roleId: (await findRole(db, name)).id })
        .execute();
    context.audit({ subject: 'second-factor-policy', detail: { ...body }, before });
    const { everybody, roles, revision } = await readPolicy(db);
    return { everybody, roles: [...roles], revision };
  }),
];
