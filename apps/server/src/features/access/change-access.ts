import {
  type AccessRole,
  type DelegationFault,
  excessOf,
  type GovernedApplication,
  leavesNoAdministrator,
  limitActor,
  limitToOrigin,
  mayManageTeam,
  noLimits,
  type PrincipalActor,
  type PrincipalId,
  refuse,
  rightsOf,
  superiorityOf,
  type TeamId,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { findPrincipal } from './find-principal.ts';
import { type AccessRules, actorOf, readGovernedApplications, readPrincipals, readRules } from './read-access.ts';

/** A change of what somebody may do. */
export interface AccessChange extends AccessRules {
  /** Whoever changes it, within the limits of their token and of where they are; null for the server itself, which nothing limits. */
  readonly grantor: PrincipalActor | null;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Begins a change of what somebody may do. Such changes go one after the other: two that are right each by itself could
 * otherwise leave nobody who manages the installation, or give on what was just taken away.
 */
export async function beginAccessChange({ db, actor }: CommandContext): Promise<AccessChange> {
  await db.selectFrom('accessHead').select('version').forUpdate().executeTakeFirstOrThrow();
  const named = await db.selectFrom('environments').select(['id', 'name']).execute();
  const names = new Map<string, string>(named.map((each) => [each.id, each.name]));
  const rules = await readRules(db);
  if (actor.kind !== 'principal') return { ...rules, names, grantor: null };
  const access = (await readPrincipals(db, [actor.id])).get(actor.id);
  if (access === undefined) return refuse('not-permitted', 'your account is not there any more');
  const { limits = noLimits } = actor;
  const applications = await readGovernedApplications(db, limits.applications ?? []);
  const limited = limitActor(actorOf(access, rules), limits, applications);
  return { ...rules, names, grantor: actor.from === undefined ? limited : limitToOrigin(limited, actor.from.address) };
}

/** Refuses what speaks of oneself: nobody changes their own roles. */
export function refuseOwn({ grantor }: AccessChange, principal: PrincipalId): void {
  if (grantor?.id === principal) refuse('not-permitted', 'nobody changes their own roles; ask another administrator');
}

/** Refuses to give, or to take, a role that holds more than who does it. */
export function refuseExcess(
  change: AccessChange,
  given: {
    readonly role: AccessRole;
    readonly as: 'default' | 'applications';
    readonly at?: GovernedApplication;
  },
): void {
  if (change.grantor === null) return;
  const fault = excessOf(change.grantor.access, change.grantor.roles, {
    ...given,
    environments: change.environments,
  });
  if (fault !== undefined)
    refuse('not-permitted', `you do not hold ${wordsOf(fault, change.names)} yourself; ask somebody who does`);
}

/**
 * Begins a change of somebody's account, the only way to one: a new password, a token, or a factor that is gone would be a
 * way to all that the account holds, so whoever holds less is refused. One's own account is refused nobody.
 */
export async function beginAccountChange(context: CommandContext, reference: string) {
  const account = await findPrincipal(context.db, reference);
  const change = await beginAccessChange(context);
  await refuseSuperior(context, { change, principal: account.id });
  return { account, change };
}

async function refuseSuperior(
  context: CommandContext,
  given: { readonly change: AccessChange; readonly principal: PrincipalId },
): Promise<void> {
  const { change, principal } = given;
  const somebody = (await readPrincipals(context.db, [principal])).get(principal);
  if (change.grantor === null || somebody === undefined || change.grantor.id === principal) return;
  const granted = await readGovernedApplications(context.db, [...somebody.grants.keys()]);
  const fault = superiorityOf(somebody, {
    over: change.grantor,
    roles: change.roles,
    environments: change.environments,
    granted: new Map(granted.map((each) => [each.id, each])),
  });
  if (fault !== undefined)
    refuse(
      'not-permitted',
      `${somebody.name} holds ${wordsOf(fault, change.names)}, and you do not; ask somebody who does`,
    );
}

/** Refuses who does not manage a team; without a team it is for those who manage all of them. */
export function refuseUnmanaged(change: AccessChange, team: TeamId | null): void {
  if (change.grantor === null) return;
  const may =
    team === null
      ? rightsOf(change.grantor.access, change.grantor.roles).includes('manage-teams')
      : mayManageTeam(change.grantor.access, change.grantor.roles, team);
  if (!may) refuse('not-permitted', 'this is for those who manage the team; ask one of them, or an administrator');
}

/** Refuses what would leave nobody to manage the installation; asked once the change is made, in the same transaction. */
export async function refuseWithoutAdministrator(db: Kysely<Tables>): Promise<void> {
  const candidates = await db
    .selectFrom('principals')
    .innerJoin('roles', 'roles.id', 'principals.defaultRoleId')
    .select('principals.id')
    .where('active', '=', true)
    .where(sql<boolean>`cardinality(roles.rights) > 0`)
    .execute();
  const { roles } = await readRules(db);
  const after = await readPrincipals(
    db,
    candidates.map((each) => each.id),
  );
  if (leavesNoAdministrator([...after.values()], roles))
    refuse('in-use', 'nobody would be left to manage the installation; give somebody else that role first');
}

function wordsOf(
  { capabilities, rights }: Extract<DelegationFault, { kind: 'more-than-own' }>,
  names: ReadonlyMap<string, string>,
): string {
  const places = capabilities.map(
    ({ capability, environment }) =>
      `${capability} in ${names.get(environment.id) ?? `later environments of type ${environment.type}`}`,
  );
  const all = [...rights.map((each) => `the right ${each}`), ...places];
  const shown = all.slice(0, 4).join(', ');
  return all.length > 4 ? `${shown} and ${all.length - 4} more` : shown;
}
