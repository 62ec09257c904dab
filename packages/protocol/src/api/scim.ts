import { z } from 'zod';
import { id, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

export const scimToken = z
  .object({
    id: id<'scim-token'>(),
    /** The first characters, by which people recognise it; the rest is never shown again. */
    prefix: z.string(),
    createdAt: timestamp,
    createdBy: z.string(),
    lastUsedAt: timestamp.nullable(),
    expiresAt: timestamp,
    /** Whether another one took its place: it ends by itself soon. */
    replaced: z.boolean(),
  })
  .meta({ id: 'ScimToken' });
export type ScimToken = z.output<typeof scimToken>;

/** How a provider sends its people and groups here. */
export const directorySync = z
  .object({
    /** Where the provider sends them. */
    url: z.string(),
    /** Those that work, newest first; none while the provider sends nothing. */
    tokens: z.array(scimToken),
    /** People who came, and how many of them may sign in. */
    users: z.int(),
    activeUsers: z.int(),
    groups: z.int(),
    /** Groups that the mapping in force names, and so give something here. */
    mappedGroups: z.int(),
  })
  .meta({ id: 'DirectorySync' });
export type DirectorySync = z.output<typeof directorySync>;

const madeToken = scimToken.extend({ secret: z.string() });
const oneProvider = z.object({ provider: reference });
const permission = 'right:manage-installation';

export const scimTokenRoutes = {
  getDirectorySync: route({
    method: 'GET',
    path: '/identity-providers/:provider/scim',
    summary: 'Shows where a provider sends its people and groups (SCIM), by which tokens, and how many came',
    permission,
    audit: null,
    params: oneProvider,
    response: directorySync,
  }),
  createScimToken: route({
    method: 'POST',
    path: '/identity-providers/:provider/scim/tokens',
    summary: 'Makes the token with which a provider sends its people and groups; the secret is shown once',
    permission,
    stepUp: true,
    audit: 'scim-token-created',
    params: oneProvider,
    body: z.strictObject({ expiresInDays: z.int().min(1).max(365).default(365) }).prefault({}),
    response: madeToken,
    status: 201,
  }),
  rotateScimToken: route({
    method: 'POST',
    path: '/identity-providers/:provider/scim/tokens/rotate',
    summary: 'Makes a token in the place of the one in use, which works for some hours more',
    permission,
    stepUp: true,
    audit: 'scim-token-rotated',
    params: oneProvider,
    body: z.strictObject({ overlapHours: z.int().min(0).max(168).default(24) }).prefault({}),
    response: madeToken,
    status: 201,
  }),
  endScimToken: route({
    method: 'DELETE',
    path: '/identity-providers/:provider/scim/tokens/:token',
    summary: 'Ends a token of a provider for SCIM at once; people and groups stay as they are',
    permission,
    audit: 'scim-token-ended',
    params: oneProvider.extend({ token: id<'scim-token'>() }),
  }),
} as const;
