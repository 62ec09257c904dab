import type { Actor, Decision, Lack, PrincipalActor, Roles } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import type { AskedObject } from './locate-objects.ts';

/** So many people are named who could give what is missing. */
const mostNamed = 3;

/** Why something was refused, and who can give the right: said only to whoever may know that the object is there. */
export async function refusalWords(
  db: Kysely<Tables>,
  given: {
    readonly actor: Actor;
    readonly asked: AskedObject;
    readonly decision: Extract<Decision, { allowed: false }>;
  },
): Promise<string> {
  const { actor, asked, decision } = given;
  const { lack } = decision;
  if (lack === undefined || actor.kind !== 'principal') return decision.why;
  if (lack.outside !== undefined)
    return `${asked.capability} is needed for ${asked.words}; ${outsideWords(lack, actor)}. Come from one of its networks, or ask an administrator.`;
  const held = lack.held.length === 0 ? 'nothing' : lack.held.join(', ');
  const who = await whoCanGive(db, lack);
  return `${asked.capability} is needed for ${asked.words}; ${ruleWords(lack, actor.roles)} gives ${actor.name} ${held} there. ${who}`;
}

/** Whose allow list is in the way; what it holds is not told. */
function outsideWords({ rule, outside }: Lack, { roles, from }: PrincipalActor): string {
  const role = rule.kind === 'inactive' ? undefined : roles.get(rule.role)?.displayName;
  const what = outside?.of === 'role' ? `the role ${role} counts` : 'the environment is changed';
  return `${what} only from the networks of its allow list, and not from ${from?.address}`;
}

function ruleWords({ rule }: Lack, roles: Roles): string {
  if (rule.kind === 'inactive') return 'the account is deactivated, which';
  const role = roles.get(rule.role)?.displayName ?? 'a role';
  if (rule.kind === 'grant') return `the role ${role}, granted for this application,`;
  return rule.kind === 'team' ? `the role ${role} in its team` : `the default role ${role}`;
}

/** People with the right to manage users or teams, and members of the owning team who may manage it. */
async function whoCanGive(db: Kysely<Tables>, { application }: Lack): Promise<string> {
  const team = application?.team ?? null;
  const { rows } = await sql<{ name: string }>`
    select distinct principals.name from principals
    join roles as held on held.id = principals.default_role_id
    left join memberships on memberships.principal_id = principals.id and memberships.team_id = ${team}::uuid
    left join roles as there on there.id = memberships.role_id
    where principals.active and principals.kind = 'user'
      and (held.rights && array['manage-users', 'manage-installation', 'manage-teams']
        or coalesce('manage-own-team' = any(there.rights), false))
    order by principals.name limit ${mostNamed + 1}`.execute(db);
  const names = rows.slice(0, mostNamed).map((each) => each.name);
  if (names.length === 0) return 'Nobody can give that at present; an administrator has to be made first.';
  const more = rows.length > mostNamed ? ' and others' : '';
  return `Who can give it: ${names.join(', ')}${more}.`;
}
