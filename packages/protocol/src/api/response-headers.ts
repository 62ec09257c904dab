import { cspDirectives, cspModes, governedHeaders, openerPolicies, referrerPolicies, sentRules } from '@almanac/domain';
import { z } from 'zod';
import { violation } from '../gateway/gateway.ts';
import { named, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

const values = (most: number) => z.array(z.string().min(1).max(300)).max(most);

/** What one level says about the headers of responses: what is absent is inherited, null takes away what would be. */
export const headerPolicy = z
  .strictObject({
    contentSecurity: z
      .strictObject({
        /** `report-only` lets everything happen and has browsers report what `enforce` would not allow. */
        mode: z.enum(cspModes).optional(),
        /** The values of each directive; where reports go is said by the gateway. */
        directives: z.partialRecord(z.enum(cspDirectives), values(60).nullable()).optional(),
      })
      .optional(),
    /** Sent over TLS alone; `maxAge` in seconds, two years at most. */
    strictTransport: z
      .strictObject({
        maxAge: z.int().min(0).max(63_072_000),
        includeSubDomains: z.boolean().default(false),
        preload: z.boolean().default(false),
      })
      .nullable()
      .optional(),
    contentTypeOptions: z.literal('nosniff').nullable().optional(),
    referrerPolicy: z.enum(referrerPolicies).nullable().optional(),
    /** Who may use a feature of the browser: `self`, `*` or origins; nobody where the list is empty. */
    permissions: z.record(z.string().min(1).max(60), values(20).nullable()).optional(),
    openerPolicy: z.enum(openerPolicies).nullable().optional(),
    /** What counts where the application sends the header itself: `keep` for its Content-Security-Policy, else `replace`. */
    whenSent: z.partialRecord(z.enum(governedHeaders), z.enum(sentRules)).optional(),
  })
  .meta({ id: 'HeaderPolicy' });
/** The same as it travels and is kept; whoever decides takes it for a `HeaderPolicy` of the domain. */
export type SaidHeaders = z.output<typeof headerPolicy>;

const source = z.enum(['application', 'environment', 'built-in']);

/** What responses carry, with who said each part of it. */
export const responseHeaders = z
  .object({
    environment: named<'environment'>(),
    /** Null for what the environment says to all of its applications. */
    application: named<'application'>().nullable(),
    /** What this level says itself. */
    policy: headerPolicy,
    /** What an application would inherit; null for an environment. */
    inherited: headerPolicy.nullable(),
    /** What this level said before its last change; null when it was never changed. Setting it again takes the change back. */
    previous: headerPolicy.nullable(),
    mode: z.object({ value: z.enum(cspModes), source }),
    headers: z.array(
      z.object({
        name: z.string(),
        value: z.string(),
        parts: z.array(z.object({ value: z.string(), source })),
        whenSent: z.object({ value: z.enum(sentRules), source }),
        overTlsOnly: z.boolean(),
      }),
    ),
    /** What somebody should know of it. */
    warnings: z.array(z.string()),
    changedBy: z.string().nullable(),
    changedAt: timestamp.nullable(),
    /** 0 as long as nobody said anything. */
    revision: z.int().nonnegative(),
  })
  .meta({ id: 'ResponseHeaders' });
export type ResponseHeaders = z.output<typeof responseHeaders>;

/** The change that would allow what was not, or why there is none to propose. */
const proposal = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('allow'),
    directive: z.enum(cspDirectives),
    sources: z.array(z.string()),
    warning: z.string().nullable(),
  }),
  z.object({ kind: z.literal('allowed'), directive: z.enum(cspDirectives) }),
  z.object({ kind: z.literal('none'), why: z.string() }),
]);

export const reportedViolation = violation
  .extend({ sites: z.int().positive(), proposal })
  .meta({ id: 'ReportedViolation' });
export type ReportedViolation = z.output<typeof reportedViolation>;

const ofEnvironment = z.object({ environment: reference });
const ofPlace = ofEnvironment.extend({ application: reference });
const place = { kind: 'place', environment: 'params.environment', application: 'params.application' } as const;
const whole = { kind: 'environment', environment: 'params.environment' } as const;

/** A change reaches what runs within seconds and needs no plan: so an application asks for `deploy`, not for `change` alone. */
export const responseHeaderRoutes = {
  getEnvironmentHeaders: route({
    method: 'GET',
    path: '/environments/:environment/response-headers',
    summary: 'Shows what an environment says about the headers of the responses of its applications',
    permission: 'capability:list',
    of: [whole],
    audit: null,
    params: ofEnvironment,
    response: responseHeaders,
  }),
  setEnvironmentHeaders: route({
    method: 'PUT',
    path: '/environments/:environment/response-headers',
    summary:
      'Says what the responses of all applications in an environment carry; sites follow at once, nothing is restarted',
    permission: 'capability:administer',
    of: [whole],
    audit: 'response-headers-changed',
    params: ofEnvironment,
    body: headerPolicy,
    response: responseHeaders,
    ifMatch: true,
  }),
  getApplicationHeaders: route({
    method: 'GET',
    path: '/environments/:environment/response-headers/:application',
    summary: 'Shows which headers the responses of an application in an environment carry, and who said each of them',
    permission: 'capability:list',
    of: [place],
    audit: null,
    params: ofPlace,
    response: responseHeaders,
  }),
  setApplicationHeaders: route({
    method: 'PUT',
    path: '/environments/:environment/response-headers/:application',
    summary: 'Says what the responses of an application carry, in place of what its environment says or beside it',
    permission: 'capability:deploy',
    of: [place],
    audit: 'response-headers-changed',
    params: ofPlace,
    body: headerPolicy,
    response: responseHeaders,
    ifMatch: true,
  }),
  listViolations: route({
    method: 'GET',
    path: '/environments/:environment/response-headers/:application/violations',
    summary:
      'Lists what browsers reported that the Content-Security-Policy of an application does not allow, newest first',
    permission: 'capability:monitor',
    of: [place],
    audit: null,
    params: ofPlace,
    response: z.object({
      /** At most 200, summed over the sites of the environment. */
      items: z.array(reportedViolation),
      /** Reports of what found no place among those that a site keeps. */
      dropped: z.int().nonnegative(),
    }),
  }),
} as const;
