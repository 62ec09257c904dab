import { roles } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, name, page, paging, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

export const password = z.string().min(12, 'at least 12 characters').max(200).meta({ format: 'password' });

export const principal = z
  .object({
    id: id<'principal'>(),
    kind: z.enum(['user', 'service']),
    name,
    displayName,
    role: z.enum(roles),
    /** For approvals of a team; null for none. */
    team: z.string().nullable(),
  })
  .meta({ id: 'Principal' });
export type Principal = z.output<typeof principal>;

export const apiToken = z
  .object({
    id: id<'api-token'>(),
    name: displayName,
    /** The first characters, by which people recognise it; the rest is never shown again. */
    prefix: z.string(),
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable(),
    expiresAt: timestamp.nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiToken = z.output<typeof apiToken>;

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
  signIn: route({
    method: 'POST',
    path: '/sessions',
    summary: 'Signs in with name and password; the answer sets the session cookie',
    permission: 'public',
    audit: 'signed-in',
    body: z.strictObject({ name: z.string().max(200), password: z.string().max(200) }),
    response: principal,
    status: 201,
  }),
  signOut: route({
    method: 'DELETE',
    path: '/sessions/current',
    summary: 'Signs out',
    permission: 'signed-in',
    audit: 'signed-out',
  }),
  getMe: route({
    method: 'GET',
    path: '/me',
    summary: 'Who is signed in',
    permission: 'signed-in',
    audit: null,
    response: principal,
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
    audit: 'principal-created',
    body: z.strictObject({
      name,
      displayName: displayName.optional(),
      role: z.enum(roles).exclude(['builder']),
      team: z.string().min(1).max(60).optional(),
      expiresInDays: z.int().min(1).max(3650).optional(),
    }),
    response: principal.extend({ secret: z.string() }),
    status: 201,
  }),
  deactivatePrincipal: route({
    method: 'POST',
    path: '/principals/:principal/deactivate',
    summary: 'Ends the sessions and tokens of a person or service account; what they did stays on record',
    permission: 'right:manage-users',
    audit: 'principal-deactivated',
    params: z.object({ principal: reference }),
    body: z.strictObject({}),
    response: principal.extend({ active: z.boolean() }),
  }),
  listApiTokens: route({
    method: 'GET',
    path: '/api-tokens',
    summary: 'Lists your own API tokens',
    permission: 'signed-in',
    audit: null,
    query: paging,
    response: page(apiToken),
  }),
  createApiToken: route({
    method: 'POST',
    path: '/api-tokens',
    summary: 'Makes an API token for yourself; the secret is shown once',
    permission: 'signed-in',
    audit: 'api-token-created',
    body: z.strictObject({ name: displayName, expiresInDays: z.int().min(1).max(3650).optional() }),
    response: apiToken.extend({ secret: z.string() }),
    status: 201,
  }),
  deleteApiToken: route({
    method: 'DELETE',
    path: '/api-tokens/:id',
    summary: 'Revokes one of your API tokens',
    permission: 'signed-in',
    audit: 'api-token-revoked',
    params: z.object({ id: id<'api-token'>() }),
  }),
} as const;
