import {
  acceptedProofs,
  decideNextStep,
  type EnrolledFactors,
  mustHaveSecondFactor,
  type PrincipalId,
  type SecondFactorPolicy,
} from '@almanac/domain';
import type { Factors } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { AskNextStep } from '#features/access';
import type { Tables } from '#tables';

type Db = Kysely<Tables>;

/** How many of each somebody has; one query. */
export async function countFactors(db: Db, principal: PrincipalId): Promise<EnrolledFactors> {
  const { rows } = await sql<EnrolledFactors>`
    select exists (select from totp_factors where principal_id = ${principal} and confirmed_at is not null) as totp,
      (select count(*)::int from passkeys where principal_id = ${principal}) as passkeys,
      (select count(*)::int from recovery_codes where principal_id = ${principal}) as recovery_codes`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a query without a from clause has one row');
  return row;
}

export async function readPolicy(db: Db): Promise<SecondFactorPolicy & { readonly revision: number }> {
  const { everybody, revision } = await db.selectFrom('secondFactorPolicy').selectAll().executeTakeFirstOrThrow();
  const roles = await db
    .selectFrom('secondFactorRoles')
    .innerJoin('roles', 'roles.id', 'secondFactorRoles.roleId')
    .select('roles.name')
    .orderBy('roles.name')
    .execute();
  return { everybody, roles: roles.map((each) => each.name), revision };
}

/** The roles that somebody holds anywhere, by name: by default, in teams, and by grants. */
export const heldRoles = sql<string[]>`array(
  select r.name from roles r where r.id = principals.default_role_id
    or r.id in (select m.role_id from memberships m where m.principal_id = principals.id)
    or r.id in (select g.role_id from grants g where g.principal_id = principals.id))`;

export async function rolesOf(db: Db, principal: PrincipalId): Promise<readonly string[]> {
  const row = await db
    .selectFrom('principals')
    .select(heldRoles.as('held'))
    .where('id', '=', principal)
    .executeTakeFirst();
  return row?.held ?? [];
}

/** How a sign-in goes on after the first factor. */
export const askNextStep: AskNextStep = async (db, { principal, hadSecondFactor }) => {
  const factors = await countFactors(db, principal);
  const [policy, roles] = [await readPolicy(db), await rolesOf(db, principal)];
  const step = decideNextStep({ hadSecondFactor, factors, policy, roles });
  return { step, proofs: step === 'second-factor' ? acceptedProofs(factors, true) : [] };
};

/** The factors of somebody, as they and administrators see them: nothing of it is secret. */
export async function presentFactors(db: Db, principal: PrincipalId): Promise<Factors> {
  const totp = await db
    .selectFrom('totpFactors')
    .select('confirmedAt')
    .where('principalId', '=', principal)
    .where('confirmedAt', 'is not', null)
    .executeTakeFirst();
  const passkeys = await db
    .selectFrom('passkeys')
    .select(['id', 'name', 'createdAt', 'lastUsedAt', 'backedUp'])
    .where('principalId', '=', principal)
    .orderBy('createdAt')
    .execute();
  const { recoveryCodes } = await countFactors(db, principal);
  const since = totp?.confirmedAt?.toISOString();
  return {
    totp: since === undefined ? null : { since },
    passkeys: passkeys.map((each) => ({
      ...each,
      createdAt: each.createdAt.toISOString(),
      lastUsedAt: each.lastUsedAt?.toISOString() ?? null,
    })),
    recoveryCodes,
    required: mustHaveSecondFactor(await readPolicy(db), await rolesOf(db, principal)),
  };
}
