import {
  type Access,
  type AccessPlace,
  type Actor,
  explainAccess,
  limitToOrigin,
  type Outside,
  outsideOf,
  type PrincipalAccess,
  type PrincipalActor,
  partOf,
  type Roles,
  refuse,
  rightsFrom,
  rightsOf,
  roleOf,
} from '@almanac/domain';
import type { AccessExplanation } from '@almanac/protocol';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { type Endpoint, read } from '#platform/http';
import { findPrincipal } from './find-principal.ts';
import { knowsApplication } from './knows-application.ts';
import { actorOf, readPrincipals, readRules } from './read-access.ts';

type Decided = AccessExplanation['decision'];

export const explanationEndpoints: readonly Endpoint[] = [
  read('explainAccess', async ({ db, actor }, { params, query }) => {
    const somebody = await findPrincipal(db, params.principal);
    refuseForeign(actor, somebody);
    const environment = await findEnvironment(db, query.environment);
    const application = query.application === undefined ? null : await findApplication(db, query.application);
    const principal = (await readPrincipals(db, [somebody.id])).get(somebody.id);
    if (principal === undefined)
      return refuse('wrong-state', `${somebody.name} builds for all, and no role says what it may do`);
    const rules = await readRules(db);
    const { address } = query;
    const placed = address === undefined ? undefined : limitToOrigin(actorOf(principal, rules), address);
    const { roles } = placed ?? rules;
    const governed = application === null ? null : { id: application.id, team: application.teamId };
    // Whoever asks about themselves learns nothing of an application that they see nowhere, not even that it is there.
    if (governed !== null && !knowsApplication(actor, governed))
      return refuse('not-found', `there is no application ${query.application}`);
    const place: AccessPlace = {
      environment: rules.environments.find((each) => each.id === environment.id) ?? environment,
      application: governed,
    };
    const teams = new Map(
      (await db.selectFrom('teams').select(['id', 'name']).execute()).map((each) => [each.id, each] as const),
    );
    const present = (access: Access): Decided =>
      presentDecision(access, { principal, roles, placed, place, teams, application: application?.name ?? null });
    const [decision, ...otherwise] = explainAccess(principal, roles, place);
    return {
      principal: { id: somebody.id, name: somebody.name },
      environment: { id: environment.id, name: environment.name },
      application: application === null ? null : { id: application.id, name: application.name },
      decision: present(decision),
      otherwise: otherwise.map(present),
      rights: [...rightsFrom(placed ?? actorOf(principal, rules))],
    };
  }),
];

/** Everybody may ask about themselves; about others those who manage people or teams. */
function refuseForeign(actor: Actor, somebody: { readonly id: string }): void {
  if (actor.kind === 'principal' && (actor.id === somebody.id || mayAskOfOthers(actor))) return;
  refuse('not-permitted', 'what others may do is for those who manage people or teams; ask about yourself');
}

function mayAskOfOthers({ access, roles }: PrincipalActor): boolean {
  return rightsOf(access, roles).includes('manage-teams');
}

function presentDecision(
  { rule, capabilities }: Access,
  given: {
    readonly principal: PrincipalAccess;
    readonly roles: Roles;
    /** Whoever is asked about, at an address that was asked about. */
    readonly placed: PrincipalActor | undefined;
    readonly place: AccessPlace;
    readonly teams: ReadonlyMap<string, NonNullable<Decided['team']>>;
    readonly application: string | null;
  },
): Decided {
  const { principal, application, placed, place } = given;
  if (rule.kind === 'inactive')
    return {
      kind: 'inactive',
      role: null,
      team: null,
      part: null,
      capabilities: [],
      outside: null,
      why: `${principal.name} is deactivated, and may do nothing`,
    };
  const { id, name, displayName } = roleOf(given.roles, rule.role);
  const team = rule.kind === 'team' ? (given.teams.get(rule.team) ?? null) : null;
  const why = {
    grant: `${principal.name} was granted the role ${name} for ${application}, and a grant counts before any team`,
    team: `${principal.name} is ${name} in the team ${team?.name}, which owns ${application}`,
    default: `${application === null ? 'for the environment as such' : `no grant and no team speaks of ${application}, so`} the default role of ${principal.name} counts: ${name}`,
  }[rule.kind];
  const outside = placed === undefined ? undefined : outsideOf(placed, { rule, environment: place.environment });
  return {
    kind: rule.kind,
    role: { id, name, displayName },
    team,
    part: partOf(roleOf(placed?.from?.rolesElsewhere ?? given.roles, rule.role), place.environment),
    capabilities: [...capabilities],
    outside: outside?.of ?? null,
    why: outside === undefined ? why : `${why}; ${outsideWords(outside, placed?.from?.address)}`,
  };
}

function outsideWords({ of, networks }: Outside, address: string | undefined): string {
  const what = of === 'role' ? 'the role counts' : 'the environment is changed';
  return `${what} only from ${networks.join(', ')}, and ${address} is in none of them`;
}
