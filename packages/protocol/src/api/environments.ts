import { z } from 'zod';
import { displayName, id, name, named, page, paging, reference, revision } from '../primitives.ts';
import { rolloutStrategy } from '../rollout.ts';
import { route } from '../route.ts';

export const environmentType = z.enum(['development', 'test', 'staging', 'production']);

/** Which commits an environment deploys by itself. */
export const following = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** The branch with which each application was added. */
  z.strictObject({ kind: z.literal('application-branch') }),
  z.strictObject({ kind: z.literal('branch'), branch: z.string().min(1).max(200) }),
]);

export const driftPolicy = z.enum(['heal', 'show']);

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
});
const oneEnvironment = z.object({ environment: reference });

export const environmentRoutes = {
  listEnvironments: route({
    method: 'GET',
    path: '/environments',
    summary: 'Lists environments in path order',
    permission: 'capability:list',
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
    audit: null,
    params: oneEnvironment.extend({ application: reference }),
    response: z.object({
      labels: z.record(z.string(), z.string()),
      sites: z.array(named<'site'>()),
      revision: z.int(),
    }),
  }),
  setPlacement: route({
    method: 'PUT',
    path: '/environments/:environment/placements/:application',
    summary: 'Chooses by labels on which sites an application runs; no label means all. The next plan carries it out',
    permission: 'capability:change',
    audit: 'placement-changed',
    params: oneEnvironment.extend({ application: reference }),
    body: z.strictObject({ labels: z.record(z.string().min(1).max(60), z.string().max(60)) }),
    response: z.object({
      labels: z.record(z.string(), z.string()),
      sites: z.array(named<'site'>()),
      revision: z.int(),
    }),
  }),
} as const;
