import { z } from 'zod';
import { displayName, id, name, named, page, paging, reference, revision } from '../primitives.ts';
import { route } from '../route.ts';

export const team = z
  .object({
    id: id<'team'>(),
    name,
    displayName,
    members: z.int(),
    /** How many applications it owns. */
    applications: z.int(),
    revision,
  })
  .meta({ id: 'Team' });
export type Team = z.output<typeof team>;

export const teamDetail = z
  .object({
    id: id<'team'>(),
    name,
    displayName,
    /** Everybody in it, each with the role that holds for the applications of the team. */
    members: z.array(
      z.object({
        principal: named<'principal'>().extend({ displayName: z.string(), active: z.boolean() }),
        role: named<'role'>(),
      }),
    ),
    applications: z.array(named<'application'>()),
    /** Whether whoever asks may change its members. */
    manageable: z.boolean(),
    revision,
  })
  .meta({ id: 'TeamDetail' });
export type TeamDetail = z.output<typeof teamDetail>;

/** A role for one application, which alone counts there, before any team. */
export const grant = z
  .object({ principal: named<'principal'>(), application: named<'application'>(), role: named<'role'>() })
  .meta({ id: 'Grant' });
export type Grant = z.output<typeof grant>;

const oneTeam = z.object({ team: reference });
const oneMember = oneTeam.extend({ principal: reference });
const oneGrant = z.object({ application: reference, principal: reference });
const givenRole = z.strictObject({ role: reference });

export const teamRoutes = {
  listTeams: route({
    method: 'GET',
    path: '/teams',
    summary: 'Lists teams',
    permission: 'signed-in',
    audit: null,
    query: paging,
    response: page(team),
  }),
  getTeam: route({
    method: 'GET',
    path: '/teams/:team',
    summary: 'Shows the members and applications of a team, to its members and to those who manage it',
    permission: 'signed-in',
    audit: null,
    params: oneTeam,
    response: teamDetail,
  }),
  createTeam: route({
    method: 'POST',
    path: '/teams',
    summary: 'Makes a team',
    permission: 'right:manage-teams',
    audit: 'team-created',
    body: z.strictObject({ name, displayName: displayName.optional() }),
    response: teamDetail,
    status: 201,
  }),
  updateTeam: route({
    method: 'PATCH',
    path: '/teams/:team',
    summary: 'Gives a team another name to show',
    permission: 'signed-in',
    audit: 'team-changed',
    params: oneTeam,
    body: z.strictObject({ displayName }),
    response: teamDetail,
    ifMatch: true,
  }),
  deleteTeam: route({
    method: 'DELETE',
    path: '/teams/:team',
    summary: 'Removes a team that owns nothing',
    permission: 'right:manage-teams',
    audit: 'team-deleted',
    params: oneTeam,
    ifMatch: true,
  }),
  setMember: route({
    method: 'PUT',
    path: '/teams/:team/members/:principal',
    summary: 'Takes somebody into a team with a role, or gives them another one there',
    permission: 'signed-in',
    stepUp: true,
    audit: 'team-member-set',
    params: oneMember,
    body: givenRole,
    response: teamDetail,
  }),
  removeMember: route({
    method: 'DELETE',
    path: '/teams/:team/members/:principal',
    summary: 'Takes somebody out of a team',
    permission: 'signed-in',
    stepUp: true,
    audit: 'team-member-removed',
    params: oneMember,
    response: teamDetail,
  }),
  setOwner: route({
    method: 'PUT',
    path: '/applications/:application/team',
    summary:
      'Gives an application to a team, or to none; what its members may do with it follows from their roles there',
    permission: 'right:manage-teams',
    stepUp: true,
    audit: 'application-owner-set',
    params: z.object({ application: reference }),
    body: z.strictObject({ team: reference.nullable() }),
    response: z.object({ application: named<'application'>(), team: named<'team'>().nullable() }),
  }),
  listGrants: route({
    method: 'GET',
    path: '/grants',
    summary: 'Lists roles that were granted for single applications: your own, and those that you may change',
    permission: 'signed-in',
    audit: null,
    query: paging.extend({ principal: reference.optional(), application: reference.optional() }),
    response: page(grant),
  }),
  setGrant: route({
    method: 'PUT',
    path: '/applications/:application/grants/:principal',
    summary: 'Gives somebody a role for one application; it alone counts there',
    permission: 'signed-in',
    stepUp: true,
    audit: 'grant-set',
    params: oneGrant,
    body: givenRole,
    response: grant,
  }),
  deleteGrant: route({
    method: 'DELETE',
    path: '/applications/:application/grants/:principal',
    summary: 'Takes back what somebody was granted for one application',
    permission: 'signed-in',
    stepUp: true,
    audit: 'grant-deleted',
    params: oneGrant,
  }),
} as const;
