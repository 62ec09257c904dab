import { z } from 'zod';
import { enrolRequest, enrolResponse, logChunk, occurrence, reportedApplication } from '../agent.ts';
import { digest, id, labels, name, named, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';

/** `enrolling` until an agent came; `offline` when nothing was heard for 45 seconds. */
export const siteStatus = z.enum(['enrolling', 'online', 'offline']);

export const site = z
  .object({
    id: id<'site'>(),
    name,
    environment: named<'environment'>(),
    labels,
    status: siteStatus,
    lastSeenAt: timestamp.nullable(),
    /** When it last looked at everything it has, files included. */
    reconciledAt: timestamp.nullable(),
    agentVersion: z.string().nullable(),
    /** The generation that the server wants, and the one that the site acts on. */
    generation: z.object({ desired: z.int(), observed: z.int() }),
    frontPort: z.int().nullable(),
    /** Bytes a second that it may fetch of artifacts; null for as many as come. */
    bandwidth: z.int().nullable(),
    revision,
  })
  .meta({ id: 'Site' });
export type Site = z.output<typeof site>;

export const siteDetail = site
  .extend({
    host: z.object({ hostname: z.string(), platform: z.string(), architecture: z.string() }).nullable(),
    gateway: z.object({
      state: z.enum(['serving', 'starting', 'unreachable', 'unknown']),
      message: z.string().nullable(),
    }),
    applications: z.array(reportedApplication),
    notices: z.array(z.string()),
    disk: z.object({ freeBytes: z.number(), usedBytes: z.number() }).nullable(),
  })
  .meta({ id: 'SiteDetail' });
export type SiteDetail = z.output<typeof siteDetail>;

/** How a site stands with one application, compared with what it should be. */
export const siteStanding = z.enum(['as-desired', 'changing', 'drifted', 'differs', 'missing', 'extra']);

export const reconciledSite = z
  .object({
    site: named<'site'>(),
    environment: named<'environment'>(),
    /** `silent`: it is offline, or did not answer in time; what is told of it is what it said last. */
    outcome: z.enum(['in-step', 'differs', 'changing', 'silent', 'enrolling']),
    lastSeenAt: timestamp.nullable(),
    /** When it last looked at everything it has, files included. */
    reconciledAt: timestamp.nullable(),
    generation: z.object({ desired: z.int(), observed: z.int() }),
    detail: z.string().nullable(),
    /** What differs; nothing of what is as it should be. */
    applications: z.array(
      z.object({
        application: named<'application'>(),
        standing: siteStanding,
        desired: z.string().nullable(),
        running: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ReconciledSite' });
export type ReconciledSite = z.output<typeof reconciledSite>;

/**
 * The shortest way to an artifact for a site: as it is, compressed, or as a delta to a base that the site has. The content
 * of the way is known by its own digest; what comes of it has the artifact's.
 */
export const transferOffer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('preparing'), retryAfterSeconds: z.number().positive().max(60) }),
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('packed'), digest, size: z.int().positive() }),
  z.object({ kind: z.literal('delta'), base: digest, digest, size: z.int().positive() }),
]);
export type TransferOffer = z.output<typeof transferOffer>;

/** Artifacts that a site has, separated by commas: it is offered a delta to the one that has most of what it asks for. */
const bases = z
  .string()
  .max(8 * 72)
  .transform((text) => text.split(','))
  .pipe(z.array(digest).max(8));

/** What came to pass on a site, and when the server heard of it. */
export const siteOccurrence = occurrence.extend({ receivedAt: timestamp }).meta({ id: 'SiteOccurrence' });

const enrolmentToken = z.object({ token: z.string(), expiresAt: timestamp });
const oneSite = z.object({ site: reference });

const aSite = { kind: 'site', site: 'params.site' } as const;

export const siteRoutes = {
  listSites: route({
    method: 'GET',
    path: '/sites',
    summary: 'Lists sites',
    permission: 'capability:list',
    of: [scope, { kind: 'environment', environment: 'query.environment', asks: 'list' }],
    audit: null,
    query: paging.extend({ environment: reference.optional() }),
    response: page(site),
  }),
  createSite: route({
    method: 'POST',
    path: '/sites',
    summary: 'Adds a site to an environment, with a token that enrols its agent once',
    permission: 'right:manage-environments',
    audit: 'site-created',
    body: z.strictObject({ name, environment: reference, labels: labels.optional() }),
    response: z.object({ site, enrolment: enrolmentToken }),
    status: 201,
  }),
  getSite: route({
    method: 'GET',
    path: '/sites/:site',
    summary: 'Shows one site and what runs on it',
    permission: 'capability:monitor',
    of: [aSite],
    audit: null,
    params: oneSite,
    response: siteDetail,
  }),
  updateSite: route({
    method: 'PATCH',
    path: '/sites/:site',
    summary: 'Changes the labels of a site, or how much of its link artifacts may take',
    permission: 'right:manage-environments',
    audit: 'site-changed',
    params: oneSite,
    body: z.strictObject({ labels: labels.optional(), bandwidth: z.int().min(1024).nullable().optional() }),
    response: site,
    ifMatch: true,
  }),
  deleteSite: route({
    method: 'DELETE',
    path: '/sites/:site',
    summary: 'Forgets a site; its agent is refused from then on, and its applications run on until they are stopped',
    permission: 'right:manage-environments',
    audit: 'site-deleted',
    params: oneSite,
    ifMatch: true,
  }),
  createEnrolmentToken: route({
    method: 'POST',
    path: '/sites/:site/enrolment-tokens',
    summary: 'Makes a new one-time enrolment token, for a site whose agent was lost or never came',
    permission: 'right:manage-environments',
    audit: 'enrolment-token-created',
    params: oneSite,
    response: enrolmentToken,
    status: 201,
  }),
  createLocalToken: route({
    method: 'POST',
    path: '/sites/:site/local-tokens',
    summary: 'Makes a token with which the caller signs in to the console of one site, on the machine of that site',
    permission: 'capability:access',
    of: [aSite],
    audit: 'local-token-created',
    params: oneSite,
    body: z.strictObject({ days: z.int().min(1).max(365).default(90) }),
    response: z.object({ token: z.string(), expiresAt: timestamp }),
    status: 201,
  }),
  listSiteOccurrences: route({
    method: 'GET',
    path: '/sites/:site/occurrences',
    summary: 'Lists what came to pass on a site, what happened while it was cut off included; newest first',
    permission: 'capability:monitor',
    of: [aSite],
    audit: null,
    params: oneSite,
    query: paging,
    response: page(siteOccurrence),
  }),
  enrolAgent: route({
    method: 'POST',
    path: '/agents/enrol',
    summary: 'Enrols the agent of a site with a one-time token',
    permission: 'public',
    entrance: 'agents',
    audit: 'agent-enrolled',
    body: enrolRequest,
    response: enrolResponse,
    status: 201,
  }),
  reconcileSites: route({
    method: 'POST',
    path: '/sites/reconcile',
    summary:
      'Lets sites look at everything they have, files included, and tells what differs from what they should be; of all sites, of an environment, or of one',
    permission: 'capability:monitor',
    of: [scope, { kind: 'environment', environment: 'body.environment' }, { kind: 'site', site: 'body.site' }],
    audit: { notAudited: 'it asks how things are, and is done daily by itself' },
    body: z.strictObject({
      environment: reference.optional(),
      site: reference.optional(),
      /** So long a site may take; one that takes longer is told as silent, and goes on looking. */
      patienceSeconds: z.int().min(1).max(60).default(20),
    }),
    response: z.object({ sites: z.array(reconciledSite) }),
  }),
  readModuleLog: route({
    method: 'GET',
    path: '/sites/:site/applications/:application/modules/:module/log',
    summary: 'Reads what a module printed on a site; `wait` keeps the request open for new lines',
    permission: 'capability:monitor',
    of: [{ kind: 'site', site: 'params.site', application: 'params.application' }],
    audit: null,
    params: oneSite.extend({ application: reference, module: name }),
    query: z.object({
      after: z.coerce.number().int().nonnegative().optional(),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: logChunk,
  }),
  getArtifact: route({
    method: 'GET',
    path: '/artifacts/:digest',
    summary: 'Downloads an artifact that the desired state of the asking site names; honours Range',
    permission: 'agent',
    entrance: 'agents',
    audit: null,
    params: z.object({ digest }),
    raw: 'response',
  }),
  offerTransfer: route({
    method: 'GET',
    path: '/artifacts/:digest/transfer',
    summary: 'Says how the asking site gets an artifact with the fewest bytes, given what it has already',
    permission: 'agent',
    entrance: 'agents',
    audit: null,
    params: z.object({ digest }),
    query: z.object({ bases: bases.optional() }),
    response: transferOffer,
  }),
  getTransfer: route({
    method: 'GET',
    path: '/artifacts/:digest/transfers/:transfer',
    summary: 'Downloads a compressed artifact or a delta that was offered; honours Range',
    permission: 'agent',
    entrance: 'agents',
    audit: null,
    params: z.object({ digest, transfer: digest }),
    raw: 'response',
  }),
} as const;
