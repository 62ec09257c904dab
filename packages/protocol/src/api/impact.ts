import { z } from 'zod';
import { id, page, reference } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { finding, operationRequest, plannedChange } from './plans.ts';

const inEnvironment = z.object({ environment: reference });
const operations = z.array(operationRequest).min(1).max(200);

export const impact = z
  .object({
    /** What the operations mean: the builds that they were resolved to. */
    changes: z.array(plannedChange),
    errors: z.int(),
    warnings: z.int(),
    /** Errors first; at most `limit` of them, see `next`. */
    findings: page(finding).shape.items,
    next: z.string().nullable(),
    /** Applications beside those of the operations that were looked at; a plan waits for another one that changes them. */
    neighbours: z.array(id<'application'>()),
  })
  .meta({ id: 'Impact' });
export type Impact = z.output<typeof impact>;

export const completion = z
  .object({
    /**
     * `complete`: with `operations` added no error of a reference remains. `impossible`: nothing that is available can
     * mend it, see `because`. `undecided`: nothing was found in the time that a search may take.
     */
    outcome: z.enum(['complete', 'impossible', 'undecided']),
    /** Whether no smaller set of operations would do. */
    proven: z.boolean(),
    /** Further operations, as they can be put into a plan. */
    operations: z.array(plannedChange),
    /** Why there is none: each error comes from the attempt to mend the one before it. */
    because: z.array(finding),
    /** What a plan with all operations would still find, errors first: settings and connections that only people know. */
    remaining: z.array(finding),
    /** How many sets of operations were looked at. */
    steps: z.int(),
  })
  .meta({ id: 'Completion' });
export type Completion = z.output<typeof completion>;

const questioned = { kind: 'operations', environment: 'params.environment', operations: 'body.operations' } as const;

export const impactRoutes = {
  analyseImpact: route({
    method: 'POST',
    path: '/environments/:environment/impact',
    summary: 'Says what operations would do to an environment, without making a plan',
    permission: 'capability:list',
    of: [questioned, scope],
    audit: { notAudited: 'it only asks' },
    params: inEnvironment,
    body: z.strictObject({
      operations,
      limit: z.int().min(1).max(500).default(200),
      cursor: z.string().max(400).optional(),
    }),
    response: impact,
  }),
  completePlan: route({
    method: 'POST',
    path: '/environments/:environment/impact/completion',
    summary: 'Finds the smallest set of further operations after which nothing breaks',
    permission: 'capability:list',
    of: [questioned, { kind: 'environment', environment: 'body.source', asks: 'list' }, scope],
    audit: { notAudited: 'it only asks' },
    params: inEnvironment,
    body: z.strictObject({
      operations,
      /** The environment whose builds may be added; the one before on the path otherwise. */
      source: reference.optional(),
      /** Whether applications may be taken out, too. */
      removals: z.boolean().default(false),
    }),
    response: completion,
  }),
} as const;
