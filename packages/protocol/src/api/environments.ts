import { ringErrorActions } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, labels, name, named, page, paging, reference, revision } from '../primitives.ts';
import { rolloutStrategy } from '../rollout.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';

export const environmentType = z.enum(['development', 'test', 'staging', 'production']);

/** Which commits an environment deploys by itself. */
export const following = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** The branch with which each application was added. */
  z.strictObject({ kind: z.literal('application-branch') }),
  z.strictObject({ kind: z.literal('branch'), branch: z.string().min(1).max(200) }),
]);

export const driftPolicy = z.enum(['heal', 'show']);

const percent = z.number().min(0).max(100);

/** Sites with all of these labels, or a share, in percent, of those that no earlier ring took. */
const ringSites = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('labels'), labels }),
  z.strictObject({ kind: z.literal('share'), percent: z.number().gt(0).max(100) }),
]);

export const ring = z
  .strictObject({
    name,
    sites: ringSites,
    /** It passes when at least so many percent of its sites that can be reached have the change. */
    successThreshold: percent.default(100),
    /** It stops when more percent than this of its sites that came to an end failed. */
    errorThreshold: percent.default(0),
    /** So many sites must have come to an end before failures count as a share. */
    minExecuted: z.int().min(1).max(100_000).default(1),
    /** So many minutes it must keep meeting what lets it pass. */
    soak: z.int().min(0).max(43_200).default(0),
    /** It does not pass while more percent than this of its sites are offline. */
    maxOffline: percent.default(100),
    onError: z.enum(ringErrorActions).default('pause'),
  })
  .meta({ id: 'Ring' });
export type Ring = z.output<typeof ring>;

/** How a change goes over the sites of an environment. */
export const rings = z
  .strictObject({
    /** In order; the last one takes what is left: a share of 100. */
    rings: z.array(ring).min(1).max(50),
    /** Of the sites that share a value of this label, so many take a change at a time. */
    link: z
      .strictObject({ label: z.string().min(1).max(60), atOnce: z.int().min(1).max(10_000) })
      .nullable()
      .default(null),
  })
  .meta({ id: 'Rings' });
export type Rings = z.output<typeof rings>;

export const environment = z
  .object({
    id: id<'environment'>(),
    name,
    displayName,
    type: environmentType,
    /** Position on the board; environments without a predecessor come first. */
    order: z.int(),
    /** The environment before it on the path; null at the start of a path. A path may branch, not join. */
    promotesFrom: named<'environment'>().nullable(),
    following,
    /** Overrides what a manifest says, when set. */
    rollout: rolloutStrategy.nullable(),
    /** What becomes of a site that is not as it should be: it is healed, or only shown. */
    drift: driftPolicy,
    /** Sites take a change ring by ring; null where all take it together. */
    rings: rings.nullable(),
    sites: z.int(),
    revision,
  })
  .meta({ id: 'Environment' });
export type Environment = z.output<typeof environment>;

const environmentChanges = z.strictObject({
  displayName: displayName.optional(),
  type: environmentType.optional(),
  order: z.int().min(0).max(10000).optional(),
  promotesFrom: reference.nullable().optional(),
  following: following.optional(),
  rollout: rolloutStrategy.nullable().optional(),
  drift: driftPolicy.optional(),
  rings: rings.nullable().optional(),
});
const oneEnvironment = z.object({ environment: reference });

const place = { kind: 'place', environment: 'params.environment', application: 'params.application' } as const;

export const environmentRoutes = {
  listEnvironments: route({
    method: 'GET',
    path: '/environments',
    summary: 'Lists environments in path order',
    permission: 'capability:list',
    of: [scope],
    audit: null,
    query: paging,
    response: page(environment),
  }),
  createEnvironment: route({
    method: 'POST',
    path: '/environments',
    summary: 'Adds an environment',
    permission: 'right:manage-environments',
    audit: 'environment-created',
    body: environmentChanges.extend({ name, type: environmentType }),
    response: environment,
    status: 201,
  }),
  getEnvironment: route({
    method: 'GET',
    path: '/environments/:environment',
    summary: 'Shows one environment',
    permission: 'capability:list',
    of: [{ kind: 'environment', environment: 'params.environment' }],
    audit: null,
    params: oneEnvironment,
    response: environment,
  }),
  updateEnvironment: route({
    method: 'PATCH',
    path: '/environments/:environment',
    summary: 'Changes an environment',
    permission: 'right:manage-environments',
    audit: 'environment-changed',
    params: oneEnvironment,
    body: environmentChanges,
    response: environment,
    ifMatch: true,
  }),
  deleteEnvironment: route({
    method: 'DELETE',
    path: '/environments/:environment',
    summary: 'Removes an environment that has no site and no application any more',
    permission: 'right:manage-environments',
    audit: 'environment-deleted',
    params: oneEnvironment,
    ifMatch: true,
  }),
  getPlacement: route({
    method: 'GET',
    path: '/environments/:environment/placements/:application',
    summary: 'Shows on which sites of an environment an application runs',
    permission: 'capability:list',
    of: [place],
    audit: null,
    params: oneEnvironment.extend({ application: reference }),
    response: z.object({
      labels,
      sites: z.array(named<'site'>()),
      revision: z.int(),
    }),
  }),
  setPlacement: route({
    method: 'PUT',
    path: '/environments/:environment/placements/:application',
    summary: 'Chooses by labels on which sites an application runs; no label means all. The next plan carries it out',
    permission: 'capability:change',
    of: [place],
    audit: 'placement-changed',
    params: oneEnvironment.extend({ application: reference }),
    body: z.strictObject({ labels }),
    response: z.object({
      labels,
      sites: z.array(named<'site'>()),
      revision: z.int(),
    }),
  }),
} as const;
