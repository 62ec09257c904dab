import { z } from 'zod';
import { named, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

/** Why a site does not know the latest key yet. */
export const behindReason = z.enum(['offline', 'agent-too-old', 'under-way']);

export const signingKeys = z
  .object({
    /** Latest first. */
    keys: z.array(
      z.object({
        keyId: z.string(),
        /** Ed25519, the 32 bytes in base64url: what `almanac audit verify --key` takes. */
        publicKey: z.string(),
        /** Later keys have greater numbers. */
        number: z.int().positive(),
        createdAt: timestamp,
        createdBy: z.string(),
        /** Nothing is signed with it any more; null while something may be. */
        retiredAt: timestamp.nullable(),
        retiredBy: z.string().nullable(),
        sites: z.object({
          /** Sites that trust it. */
          knowing: z.int(),
          /** Sites whose desired state it signed. */
          using: z.int(),
          /** Sites that trust it and no other key which is left: without it they are cut off. */
          depending: z.int(),
        }),
      }),
    ),
    /** Sites whose agent enrolled. */
    sites: z.int(),
    /** Sites that do not know the latest key, by name; the first hundred of them. */
    behind: z.array(z.object({ site: named<'site'>(), environment: named<'environment'>(), reason: behindReason })),
    behindCount: z.int(),
  })
  .meta({ id: 'SigningKeys' });
export type SigningKeys = z.output<typeof signingKeys>;

export const signingKeyRoutes = {
  listSigningKeys: route({
    method: 'GET',
    path: '/signing-keys',
    summary: 'The keys with which the server signs what it tells its sites, and which sites know them',
    permission: 'right:manage-installation',
    audit: null,
    response: signingKeys,
  }),
  addSigningKey: route({
    method: 'POST',
    path: '/signing-keys',
    summary: 'Makes a signing key and announces it to all sites; it signs for each site that acknowledged it',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'signing-key-added',
    body: z.strictObject({}),
    response: signingKeys,
    status: 201,
  }),
  retireSigningKey: route({
    method: 'POST',
    path: '/signing-keys/:key/retire',
    summary: 'Destroys a signing key: sites stop trusting it',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'signing-key-retired',
    params: z.object({ key: z.string().min(1).max(64) }),
    body: z.strictObject({
      /** Retires it even if sites know no other key: they take no order any more until their agents enrol anew. */
      evenIfCutOff: z.boolean().default(false),
    }),
    response: signingKeys,
  }),
} as const;
