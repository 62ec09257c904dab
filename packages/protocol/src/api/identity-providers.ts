import { identityLimits, providerKinds, provisionings } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, name, named, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { principal } from './principal.ts';
import { providerConfiguration, providerSecrets } from './provider-configuration.ts';
import { outstandingSignIn } from './sign-in.ts';

/** Who gets an account, and what groups give. */
const arrivalRequest = z.strictObject({
  provisioning: z.enum(provisionings).default('off'),
  /** The default role of whom no group gives another; needed where anybody gets an account. */
  defaultRole: reference.nullable().default(null),
  mappings: z
    .array(
      z.strictObject({
        /** Compared exactly, with the immutable key or name that the provider sends. */
        group: z.string().min(1).max(identityLimits.group),
        role: reference,
        /** The team in which the role is given; null makes it the default role. */
        team: reference.nullable().default(null),
      }),
    )
    .max(500)
    .default([]),
});
export type ArrivalRequest = z.output<typeof arrivalRequest>;

const groupMapping = z.object({ group: z.string(), role: named<'role'>(), team: named<'team'>().nullable() });

export const providerVersion = z
  .object({
    number: z.int().positive(),
    configuration: providerConfiguration,
    /** Which secrets are there. */
    secrets: z.array(z.string()),
    provisioning: z.enum(provisionings),
    defaultRole: named<'role'>().nullable(),
    mappings: z.array(groupMapping),
    createdAt: timestamp,
    createdBy: z.string(),
    /** When somebody last signed in with it to try it. */
    triedAt: timestamp.nullable(),
    activatedAt: timestamp.nullable(),
    /** Sign-ins since it was activated. */
    successes: z.int(),
    failures: z.int(),
    /** Why it gave way to the one before; null when it did not. */
    returned: z.object({ at: timestamp, why: z.string() }).nullable(),
  })
  .meta({ id: 'ProviderVersion' });
export type ProviderVersion = z.output<typeof providerVersion>;

export const identityProvider = z
  .object({
    id: id<'identity-provider'>(),
    name,
    displayName,
    kind: z.enum(providerKinds),
    enabled: z.boolean(),
    /** Its place on the page of the sign-in, from 1. */
    position: z.int().positive(),
    /** What is in force; null before the first activation. */
    active: providerVersion.nullable(),
    /** What was changed and is not in force yet; null when nothing is. */
    draft: providerVersion.nullable(),
    /** Where the provider has to send people back to; null where nobody is sent anywhere. */
    redirectUri: z.string().nullable(),
    /** Where the provider tells that somebody signed out. */
    logoutUri: z.string().nullable(),
    /** Where our metadata is, which is what a provider of SAML has to call us as well; null for other kinds. */
    metadataUri: z.string().nullable(),
    /** Accounts that are linked to it. */
    identities: z.int(),
    revision,
  })
  .meta({ id: 'IdentityProvider' });
export type IdentityProvider = z.output<typeof identityProvider>;

/** What a try showed; nothing was changed by it. */
export const dryRun = z
  .object({
    id: id<'dry-run'>(),
    version: z.int(),
    by: z.string(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    outcome: z.enum(['under-way', 'succeeded', 'failed']),
    /** What went wrong, and what to do; null where nothing did. */
    problem: z.string().nullable(),
    result: z
      .object({
        subject: z.string(),
        name: z.string().nullable(),
        displayName: z.string().nullable(),
        email: z.string().nullable(),
        groups: z.array(z.string()),
        /** Everything that the provider said, as JSON. */
        claims: z.record(z.string(), z.unknown()),
        /** Whether the sign-in had a second factor that counts here. */
        secondFactor: z.boolean().optional(),
        /** What a real sign-in would do. */
        arrival: z.object({
          kind: z.enum(['known', 'provisioned', 'refused']),
          why: z.string().nullable(),
          account: z.string().nullable(),
          defaultRole: z.string().nullable(),
          memberships: z.array(z.object({ team: z.string(), role: z.string() })),
        }),
        /** How sessions would be checked later on. */
        recheck: z.enum(['refresh-token', 'directory', 'none']),
        /** Whether signing out here can sign out there. */
        logout: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: 'DryRun' });
export type DryRun = z.output<typeof dryRun>;

export const externalIdentity = z
  .object({
    id: id<'external-identity'>(),
    subject: z.string(),
    account: named<'principal'>(),
    /** Whether the account was made when this identity first came. */
    provisioned: z.boolean(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    linkedAt: timestamp,
    lastSeenAt: timestamp.nullable(),
  })
  .meta({ id: 'ExternalIdentity' });

/** What came back from a provider, or what somebody filled in for it. */
const answer = z.discriminatedUnion('kind', [
  /** The query with which the provider sent the browser back, without the question mark. */
  z.strictObject({ kind: z.literal('redirect'), provider: reference, query: z.string().min(1).max(8000) }),
  /** Name and password as the directory knows them; with `dryRun` as a try that was begun before. */
  z.strictObject({
    kind: z.literal('form'),
    provider: reference,
    name: z.string().min(1).max(200),
    password: z.string().min(1).max(500),
    dryRun: id<'dry-run'>().optional(),
  }),
]);
export type ProviderAnswer = z.output<typeof answer>;

const oneProvider = z.object({ provider: reference });
const permission = 'right:manage-installation';
const changeable = { displayName: displayName.optional(), secrets: providerSecrets.prefault({}) };

export const identityProviderRoutes = {
  listSignInProviders: route({
    method: 'GET',
    path: '/sign-in-providers',
    summary: 'Lists the providers by which people can sign in, in their order',
    permission: 'public',
    audit: null,
    response: z.object({
      items: z.array(z.object({ name, displayName, manner: z.enum(['redirect', 'form']) })),
    }),
  }),
  beginProviderSignIn: route({
    method: 'POST',
    path: '/provider-sign-ins',
    summary: 'Begins a sign-in with a provider that people are sent to; the answer says where the browser goes',
    permission: 'public',
    audit: { notAudited: 'the sign-in is, when it ends' },
    body: z.strictObject({
      provider: reference,
      /** The page of ours to go to afterwards. */
      to: z.string().max(2000).optional(),
    }),
    response: z.object({ url: z.string() }),
    status: 201,
  }),
  completeProviderSignIn: route({
    method: 'POST',
    path: '/provider-sign-ins/complete',
    summary:
      'Ends a sign-in with what the provider answered, or with name and password; sets the session cookie, or keeps the result of a try',
    permission: 'public',
    audit: 'signed-in',
    body: answer,
    response: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('signed-in'), principal, to: z.string().nullable() }),
      /** The second step is left to do, as after a password. */
      z.object({ kind: z.literal('outstanding'), outstanding: outstandingSignIn, to: z.string().nullable() }),
      z.object({ kind: z.literal('tried'), provider: name, dryRun: id<'dry-run'>() }),
    ]),
    status: 201,
  }),
  readSamlMetadata: route({
    method: 'POST',
    path: '/saml-metadata/read',
    summary: 'Reads the metadata of a SAML provider into what a configuration needs; nothing is kept or fetched',
    permission,
    audit: { notAudited: 'it only reads what was sent' },
    body: z.strictObject({ metadata: z.string().min(1).max(131_072) }),
    response: z.object({
      entityId: z.string(),
      signInUrl: z.string(),
      /** As PEM, one after the other. */
      certificates: z.string(),
      /** Whether it takes signed requests alone. */
      wantsSignedRequests: z.boolean(),
    }),
  }),
  listIdentityProviders: route({
    method: 'GET',
    path: '/identity-providers',
    summary: 'Lists identity providers in their order',
    permission,
    audit: null,
    query: paging,
    response: page(identityProvider),
  }),
  createIdentityProvider: route({
    method: 'POST',
    path: '/identity-providers',
    summary: 'Adds an identity provider; nobody can sign in with it before it was tried and activated',
    permission,
    stepUp: true,
    audit: 'identity-provider-created',
    body: z.strictObject({
      name,
      ...changeable,
      configuration: providerConfiguration,
      arrival: arrivalRequest.prefault({}),
    }),
    response: identityProvider,
    status: 201,
  }),
  getIdentityProvider: route({
    method: 'GET',
    path: '/identity-providers/:provider',
    summary: 'Shows an identity provider with what is in force and what is changed',
    permission,
    audit: null,
    params: oneProvider,
    response: identityProvider,
  }),
  updateIdentityProvider: route({
    method: 'PATCH',
    path: '/identity-providers/:provider',
    summary: 'Changes a provider; another configuration is a draft until it was tried and activated',
    permission,
    stepUp: true,
    audit: 'identity-provider-changed',
    params: oneProvider,
    body: z.strictObject({
      ...changeable,
      /** Secrets that are not given stay. */
      configuration: providerConfiguration.optional(),
      arrival: arrivalRequest.optional(),
    }),
    response: identityProvider,
    ifMatch: true,
  }),
  deleteIdentityProvider: route({
    method: 'DELETE',
    path: '/identity-providers/:provider',
    summary:
      'Removes a provider with its links, the memberships that it gave and the sessions it let in; accounts stay',
    permission,
    stepUp: true,
    audit: 'identity-provider-deleted',
    params: oneProvider,
    ifMatch: true,
  }),
  orderIdentityProviders: route({
    method: 'PUT',
    path: '/identity-provider-order',
    summary: 'Says in which order the page of the sign-in shows the providers',
    permission,
    audit: 'identity-providers-ordered',
    body: z.strictObject({ providers: z.array(reference).min(1).max(100) }),
  }),
  beginDryRun: route({
    method: 'POST',
    path: '/identity-providers/:provider/dry-runs',
    summary: 'Begins a sign-in that changes nothing, with the draft, or with what is in force where there is none',
    permission,
    stepUp: true,
    audit: 'identity-provider-dry-run-begun',
    params: oneProvider,
    body: z.strictObject({}).prefault({}),
    response: z.object({
      dryRun: id<'dry-run'>(),
      /** Where the browser goes; null where name and password are sent with the key of the try. */
      url: z.string().nullable(),
    }),
    status: 201,
  }),
  listDryRuns: route({
    method: 'GET',
    path: '/identity-providers/:provider/dry-runs',
    summary: 'Lists what tries of the last day showed, newest first',
    permission,
    audit: null,
    params: oneProvider,
    query: paging,
    response: page(dryRun),
  }),
  activateIdentityProvider: route({
    method: 'POST',
    path: '/identity-providers/:provider/activate',
    summary: 'Puts the draft into force, or enables the provider again; the draft was tried before',
    permission,
    stepUp: true,
    audit: 'identity-provider-activated',
    params: oneProvider,
    body: z
      .strictObject({
        /** Whether it gives way to the configuration before when nobody can sign in with it. */
        returns: z.boolean().default(true),
      })
      .prefault({}),
    response: identityProvider,
  }),
  disableIdentityProvider: route({
    method: 'POST',
    path: '/identity-providers/:provider/disable',
    summary: 'Lets nobody in by this provider any more; the sessions that it let in end',
    permission,
    stepUp: true,
    audit: 'identity-provider-disabled',
    params: oneProvider,
    body: z.strictObject({}).prefault({}),
    response: identityProvider,
  }),
  returnIdentityProvider: route({
    method: 'POST',
    path: '/identity-providers/:provider/return',
    summary: 'Puts the configuration before back into force',
    permission,
    stepUp: true,
    audit: 'identity-provider-returned',
    params: oneProvider,
    body: z.strictObject({}).prefault({}),
    response: identityProvider,
  }),
  listExternalIdentities: route({
    method: 'GET',
    path: '/identity-providers/:provider/identities',
    summary: 'Lists who is linked to a provider',
    permission,
    audit: null,
    params: oneProvider,
    query: paging,
    response: page(externalIdentity),
  }),
  linkExternalIdentity: route({
    method: 'POST',
    path: '/identity-providers/:provider/identities',
    summary: 'Links an account to the key that a person has at a provider',
    permission,
    stepUp: true,
    audit: 'external-identity-linked',
    params: oneProvider,
    body: z.strictObject({ principal: reference, subject: z.string().min(1).max(identityLimits.subject) }),
    response: externalIdentity,
    status: 201,
  }),
  unlinkExternalIdentity: route({
    method: 'DELETE',
    path: '/identity-providers/:provider/identities/:identity',
    summary: 'Ends a link, with the sessions by it and the memberships that the provider gave',
    permission,
    stepUp: true,
    audit: 'external-identity-unlinked',
    params: oneProvider.extend({ identity: id<'external-identity'>() }),
  }),
} as const;
