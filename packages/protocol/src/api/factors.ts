import { z } from 'zod';
import { displayName, id, name, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { attestedPasskey, passkeyCreation } from './passkey-ceremony.ts';
import { code } from './sign-in.ts';

export const passkey = z
  .object({
    id: id<'passkey'>(),
    name: displayName,
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable(),
    /** Whether its provider keeps copies of it, so that it outlives the device. */
    backedUp: z.boolean(),
  })
  .meta({ id: 'Passkey' });
export type Passkey = z.output<typeof passkey>;

export const factors = z
  .object({
    /** Since when codes of an authenticator app are set up. */
    totp: z.object({ since: timestamp }).nullable(),
    passkeys: z.array(passkey),
    /** How many are left; each works once. */
    recoveryCodes: z.int(),
    /** Whether policy asks this person for a second factor. */
    required: z.boolean(),
  })
  .meta({ id: 'Factors' });
export type Factors = z.output<typeof factors>;

/** What was just made; recovery codes come with the first factor, and are shown once. */
const enrolled = z.object({ recoveryCodes: z.array(z.string()).nullable() });

export const secondFactorPolicy = z
  .object({
    everybody: z.boolean(),
    /** Whoever holds one of these roles must have one, too; by name. */
    roles: z.array(z.string().min(1).max(80)).max(100),
    revision,
  })
  .meta({ id: 'SecondFactorPolicy' });

const factorHolder = z
  .object({
    id: id<'principal'>(),
    name,
    displayName,
    active: z.boolean(),
    totp: z.boolean(),
    passkeys: z.int(),
    recoveryCodes: z.int(),
    required: z.boolean(),
  })
  .meta({ id: 'FactorHolder' });
export type FactorHolder = z.output<typeof factorHolder>;

export const factorRoutes = {
  getFactors: route({
    method: 'GET',
    path: '/me/factors',
    summary: 'Which second factors one has',
    permission: 'arriving',
    audit: null,
    response: factors,
  }),
  beginTotp: route({
    method: 'POST',
    path: '/me/totp',
    summary: 'Makes a secret for an authenticator app; it counts once a code of it was given',
    permission: 'arriving',
    stepUp: true,
    audit: 'totp-begun',
    body: z.strictObject({}),
    response: z.object({
      /** In Base32, for typing. */
      secret: z.string(),
      /** For a QR code. */
      uri: z.string(),
    }),
    status: 201,
  }),
  confirmTotp: route({
    method: 'POST',
    path: '/me/totp/confirm',
    summary: 'Sets codes of an authenticator app up with the first one; completes a sign-in that asked for it',
    permission: 'arriving',
    stepUp: true,
    audit: 'totp-enrolled',
    body: z.strictObject({ code }),
    response: enrolled,
  }),
  removeTotp: route({
    method: 'DELETE',
    path: '/me/totp',
    summary: 'Gives codes of an authenticator app up',
    permission: 'signed-in',
    stepUp: true,
    audit: 'totp-removed',
  }),
  beginPasskey: route({
    method: 'POST',
    path: '/me/passkeys/options',
    summary: 'Begins a passkey: what the browser is asked to make',
    permission: 'arriving',
    stepUp: true,
    audit: { notAudited: 'nothing is changed until the passkey is there' },
    body: z.strictObject({}),
    response: passkeyCreation,
  }),
  addPasskey: route({
    method: 'POST',
    path: '/me/passkeys',
    summary: 'Adds a passkey that the browser made; completes a sign-in that asked for it',
    permission: 'arriving',
    stepUp: true,
    audit: 'passkey-added',
    body: z.strictObject({ name: displayName, response: attestedPasskey }),
    response: enrolled,
    status: 201,
  }),
  removePasskey: route({
    method: 'DELETE',
    path: '/me/passkeys/:passkey',
    summary: 'Gives a passkey up',
    permission: 'signed-in',
    stepUp: true,
    audit: 'passkey-removed',
    params: z.object({ passkey: id<'passkey'>() }),
  }),
  makeRecoveryCodes: route({
    method: 'POST',
    path: '/me/recovery-codes',
    summary: 'Makes recovery codes in the place of all earlier ones',
    permission: 'signed-in',
    stepUp: true,
    audit: 'recovery-codes-made',
    body: z.strictObject({}),
    response: z.object({ recoveryCodes: z.array(z.string()) }),
    status: 201,
  }),
  listFactorHolders: route({
    method: 'GET',
    path: '/second-factors',
    summary: 'Lists who has which second factor',
    permission: 'right:manage-users',
    audit: null,
    query: paging,
    response: page(factorHolder),
  }),
  removeFactors: route({
    method: 'POST',
    path: '/principals/:principal/remove-factors',
    summary: 'Takes second factors that a person lost away, or all; their sessions end',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'factors-removed',
    params: z.object({ principal: reference }),
    body: z.strictObject({ kind: z.enum(['totp', 'passkeys', 'recovery-codes', 'all']) }),
    response: factors,
  }),
  getSecondFactorPolicy: route({
    method: 'GET',
    path: '/second-factor-policy',
    summary: 'Who must have a second factor',
    permission: 'signed-in',
    audit: null,
    response: secondFactorPolicy,
  }),
  setSecondFactorPolicy: route({
    method: 'PUT',
    path: '/second-factor-policy',
    summary: 'Says who must have a second factor, from their next sign-in on',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'second-factor-policy-set',
    ifMatch: true,
    body: secondFactorPolicy.omit({ revision: true }).strict(),
    response: secondFactorPolicy,
  }),
} as const;
