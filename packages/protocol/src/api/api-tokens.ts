import { capabilities, rights } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, page, paging, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

/** What a token may be used for at most, whatever its owner may do; null limits nothing. */
export const tokenLimits = z
  .strictObject({
    capabilities: z.array(z.enum(capabilities)).max(capabilities.length).nullable().default(null),
    rights: z.array(z.enum(rights)).max(rights.length).nullable().default(null),
    environments: z.array(id<'environment'>()).max(200).nullable().default(null),
    applications: z.array(id<'application'>()).max(1000).nullable().default(null),
  })
  .meta({ id: 'TokenLimits' });

export const apiToken = z
  .object({
    id: id<'api-token'>(),
    name: displayName,
    /** The first characters, by which people recognise it; the rest is never shown again. */
    prefix: z.string(),
    limits: tokenLimits,
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable(),
    /** Null for the tokens of the processes that start together with the server: each start makes them anew. */
    expiresAt: timestamp.nullable(),
    /** The token that took its place; it ends by itself soon. */
    replacedBy: id<'api-token'>().nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiToken = z.output<typeof apiToken>;

/** The usual ones where it is not said; no more than the numbers of security allow. */
export const tokenDays = z.int().min(1).max(365).optional();
const newToken = z.strictObject({
  name: displayName,
  /** At most a year, and never longer than the token that makes it. */
  expiresInDays: tokenDays,
  limits: tokenLimits.optional(),
});
const madeToken = apiToken.extend({ secret: z.string() });
const ownToken = z.object({ id: id<'api-token'>() });
const onePrincipal = z.object({ principal: reference });

export const apiTokenRoutes = {
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
    stepUp: true,
    audit: 'api-token-created',
    body: newToken,
    response: madeToken,
    status: 201,
  }),
  rotateApiToken: route({
    method: 'POST',
    path: '/api-tokens/:id/rotate',
    summary: 'Makes a token in the place of one of yours, which stays valid for some hours more',
    permission: 'signed-in',
    stepUp: true,
    audit: 'api-token-rotated',
    params: ownToken,
    body: z.strictObject({ overlapHours: z.int().min(0).max(168).optional() }),
    response: madeToken,
    status: 201,
  }),
  deleteApiToken: route({
    method: 'DELETE',
    path: '/api-tokens/:id',
    summary: 'Revokes one of your API tokens, and those that were made with it',
    permission: 'signed-in',
    audit: 'api-token-revoked',
    params: ownToken,
  }),
  listApiTokensOf: route({
    method: 'GET',
    path: '/principals/:principal/api-tokens',
    summary: 'Lists the API tokens of a person or service account',
    permission: 'right:manage-users',
    audit: null,
    params: onePrincipal,
    query: paging,
    response: page(apiToken),
  }),
  createApiTokenFor: route({
    method: 'POST',
    path: '/principals/:principal/api-tokens',
    summary: 'Makes an API token for a service account; the secret is shown once',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'api-token-created',
    params: onePrincipal,
    body: newToken,
    response: madeToken,
    status: 201,
  }),
  revokeApiTokenOf: route({
    method: 'DELETE',
    path: '/principals/:principal/api-tokens/:id',
    summary: 'Revokes an API token of a person or service account',
    permission: 'right:manage-users',
    audit: 'api-token-revoked',
    params: onePrincipal.extend({ id: id<'api-token'>() }),
  }),
} as const;
