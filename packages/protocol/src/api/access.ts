import { attemptScopes, capabilities, rights, securityNumbers } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, name, page, paging, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { tokenDays, tokenLimits } from './api-tokens.ts';
import { principal } from './principal.ts';
import { signInAnswer } from './sign-in.ts';

/** The numbers of security say how long it has to be; never less than this. */
export const password = z
  .string()
  .min(securityNumbers['password-length'].least, 'a password is longer')
  .max(200)
  .meta({ format: 'password' });

export const session = z
  .object({
    id: id<'session'>(),
    createdAt: timestamp,
    lastSeenAt: timestamp,
    /** From where it was opened. */
    address: z.string(),
    userAgent: z.string(),
    /** Whether it is the one that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.output<typeof session>;

/** A link by which somebody sets a password, once; its secret is shown to whoever made it, and never again. */
export const passwordLink = z
  .object({ url: z.string(), token: z.string(), expiresAt: timestamp })
  .meta({ id: 'PasswordLink' });

export const signInBlock = z
  .object({
    scope: z.enum(attemptScopes),
    /** The account, the address, or both. */
    key: z.string(),
    failures: z.int(),
    /** Until then, further tries are refused. */
    until: timestamp,
  })
  .meta({ id: 'SignInBlock' });
export type SignInBlock = z.output<typeof signInBlock>;

/** Teams by name or key, with the role that somebody gets in each. */
const inTeams = z.array(z.strictObject({ team: reference, role: reference })).max(50);
const onePrincipal = z.object({ principal: reference });

export const accessRoutes = {
  getSetup: route({
    method: 'GET',
    path: '/setup',
    summary: 'Says whether the first administrator is still to be made',
    permission: 'public',
    audit: null,
    response: z.object({ required: z.boolean() }),
  }),
  completeSetup: route({
    method: 'POST',
    path: '/setup',
    summary: 'Makes the first administrator with the one-time token of the setup link, and signs in',
    permission: 'public',
    audit: 'setup-completed',
    body: z.strictObject({ token: z.string().max(200), name, displayName: displayName.optional(), password }),
    response: principal,
    status: 201,
  }),
  signOut: route({
    method: 'DELETE',
    path: '/sessions/current',
    summary: 'Signs out; says where the browser goes to be signed out at the identity provider as well',
    permission: 'signed-in',
    audit: 'signed-out',
    response: z.object({ redirectTo: z.string().nullable() }),
  }),
  getMe: route({
    method: 'GET',
    path: '/me',
    summary: 'Who is signed in, and what they may do at all',
    permission: 'signed-in',
    audit: null,
    response: principal.extend({
      /** Rights of the installation, and capabilities that are held at some place, whichever. */
      may: z.object({ rights: z.array(z.enum(rights)), capabilities: z.array(z.enum(capabilities)) }),
    }),
  }),
  listPrincipals: route({
    method: 'GET',
    path: '/principals',
    summary: 'Lists people and service accounts',
    permission: 'signed-in',
    audit: null,
    query: paging,
    response: page(principal.extend({ active: z.boolean() })),
  }),
  createPrincipal: route({
    method: 'POST',
    path: '/principals',
    summary: 'Makes a service account with a role; its API token is shown once',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'principal-created',
    body: z.strictObject({
      name,
      displayName: displayName.optional(),
      role: reference,
      teams: inTeams.optional(),
      /** Of its first token. */
      expiresInDays: tokenDays,
      limits: tokenLimits.optional(),
    }),
    response: principal.extend({ secret: z.string() }),
    status: 201,
  }),
  deactivatePrincipal: route({
    method: 'POST',
    path: '/principals/:principal/deactivate',
    summary: 'Ends the sessions and tokens of a person or service account; what they did stays on record',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'principal-deactivated',
    params: onePrincipal,
    body: z.strictObject({}),
    response: principal.extend({ active: z.boolean() }),
  }),
  activatePrincipal: route({
    method: 'POST',
    path: '/principals/:principal/activate',
    summary: 'Lets somebody who was deactivated come in again; sessions and tokens of before stay ended',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'principal-activated',
    params: onePrincipal,
    body: z.strictObject({}),
    response: principal.extend({ active: z.boolean() }),
  }),
  updatePrincipal: route({
    method: 'PATCH',
    path: '/principals/:principal',
    summary: 'Gives a person or service account another name to show or default role; nobody changes their own role',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'principal-changed',
    params: onePrincipal,
    body: z.strictObject({
      displayName: displayName.optional(),
      role: reference.optional(),
    }),
    response: principal.extend({ active: z.boolean() }),
  }),
  inviteUser: route({
    method: 'POST',
    path: '/users',
    summary: 'Makes an account for a person, with a link by which they set their password',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'user-invited',
    body: z.strictObject({
      name,
      displayName: displayName.optional(),
      role: reference,
      teams: inTeams.optional(),
    }),
    response: principal.extend({ link: passwordLink }),
    status: 201,
  }),
  makePasswordLink: route({
    method: 'POST',
    path: '/principals/:principal/password-link',
    summary: 'Makes a link by which a person sets a new password; an earlier link ends',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'password-link-made',
    params: onePrincipal,
    body: z.strictObject({}),
    response: passwordLink,
    status: 201,
  }),
  setPassword: route({
    method: 'POST',
    path: '/password',
    summary:
      'Sets a password with a link, and signs in as far as no second factor is asked for; every other session of the account ends',
    permission: 'public',
    audit: 'password-set',
    body: z.strictObject({ token: z.string().max(200), password }),
    response: signInAnswer,
    status: 201,
  }),
  changePassword: route({
    method: 'PUT',
    path: '/me/password',
    summary: 'Changes your password; every other session of yours ends',
    permission: 'signed-in',
    audit: 'password-changed',
    body: z.strictObject({ current: z.string().max(200), password }),
  }),
  listSessions: route({
    method: 'GET',
    path: '/sessions',
    summary: 'Lists your sessions',
    permission: 'signed-in',
    audit: null,
    query: paging,
    response: page(session),
  }),
  endSession: route({
    method: 'DELETE',
    path: '/sessions/:session',
    summary: 'Ends one of your sessions',
    permission: 'signed-in',
    audit: 'session-ended',
    params: z.object({ session: id<'session'>() }),
  }),
  listSignInBlocks: route({
    method: 'GET',
    path: '/sign-in-blocks',
    summary: 'Lists accounts and addresses that may not try to sign in now',
    permission: 'right:manage-users',
    audit: null,
    query: paging,
    response: page(signInBlock),
  }),
  liftSignInBlock: route({
    method: 'POST',
    path: '/sign-in-blocks/lift',
    summary: 'Lets an account or an address try again',
    permission: 'right:manage-users',
    audit: 'sign-in-block-lifted',
    body: signInBlock.pick({ scope: true, key: true }).strict(),
  }),
} as const;
