import { z } from 'zod';
import { branchName, commitHash, id, named, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';

/** Whether an environment has a fix; `absent` where the application does not run there at all. */
export const fixPlace = z.object({
  environment: named<'environment'>(),
  presence: z.enum(['contained', 'missing', 'absent']),
  /** `ancestry`: by its history; `patches`: the same changes were applied anew, under other commits. */
  how: z.enum(['ancestry', 'patches']).nullable(),
});

export const hotfix = z
  .object({
    id: id<'hotfix'>(),
    /** Counts hotfixes from 1; for people. */
    number: z.int(),
    application: named<'application'>(),
    /** Where it is for. */
    environment: named<'environment'>(),
    branch: z.string(),
    /** What the environment ran when it was started: the branch begins at its commit. */
    base: buildReference,
    /** The newest commit of the branch that was seen. */
    tip: commitHash,
    /** The newest build of the branch that succeeded. */
    build: buildReference.nullable(),
    state: z.enum(['open', 'closed']),
    branchState: z.enum(['asked', 'made', 'refused']),
    /** What somebody has to do where the branch could not be made: the exact command, or why not. */
    branchDetail: z.string().nullable(),
    /** The environment it is for, then those before it on the path, nearest first. */
    places: z.array(fixPlace),
    /** What comes next, in a sentence. */
    next: z.string(),
    notes: z.string(),
    startedBy: z.string(),
    startedAt: timestamp,
    closedAt: timestamp.nullable(),
    closedReason: z.string().nullable(),
    revision,
  })
  .meta({ id: 'Hotfix' });
export type Hotfix = z.output<typeof hotfix>;

/** An open hotfix as boards mention it. */
export const hotfixMark = z.object({
  number: z.int(),
  environment: named<'environment'>(),
  branch: z.string(),
  presence: z.enum(['contained', 'missing']),
});
export type HotfixMark = z.output<typeof hotfixMark>;

const oneHotfix = z.object({ hotfix: reference });

const aHotfix = { kind: 'hotfix', hotfix: 'params.hotfix' } as const;

export const hotfixRoutes = {
  startHotfix: route({
    method: 'POST',
    path: '/applications/:application/hotfixes',
    summary: 'Starts a hotfix of what an environment runs: a branch at that commit, built whenever it moves',
    permission: 'capability:change',
    of: [{ kind: 'place', environment: 'body.environment', application: 'params.application' }],
    audit: 'hotfix-started',
    params: z.object({ application: reference }),
    body: z.strictObject({
      environment: reference,
      /** `hotfix/` and the label of what runs unless given. */
      branch: branchName.optional(),
      notes: z.string().trim().max(2000).default(''),
    }),
    response: hotfix,
    status: 201,
  }),
  listHotfixes: route({
    method: 'GET',
    path: '/hotfixes',
    summary: 'Lists hotfixes, newest first',
    permission: 'capability:list',
    of: [
      scope,
      { kind: 'environment', environment: 'query.environment', asks: 'list' },
      { kind: 'application', application: 'query.application', in: 'some', asks: 'list' },
    ],
    audit: null,
    query: paging.extend({
      application: reference.optional(),
      environment: reference.optional(),
      state: z.enum(['open', 'closed']).optional(),
    }),
    response: page(hotfix),
  }),
  getHotfix: route({
    method: 'GET',
    path: '/hotfixes/:hotfix',
    summary: 'Shows one hotfix by key or number, with where its fix is and where not yet',
    permission: 'capability:list',
    of: [aHotfix],
    audit: null,
    params: oneHotfix,
    response: hotfix,
  }),
  closeHotfix: route({
    method: 'POST',
    path: '/hotfixes/:hotfix/close',
    summary: 'Closes a hotfix that does not close by itself: it was given up, or is contained in a way nobody can see',
    permission: 'capability:change',
    of: [aHotfix],
    audit: 'hotfix-closed',
    params: oneHotfix,
    body: z.strictObject({ reason: z.string().trim().min(1, 'say why').max(500) }),
    response: hotfix,
  }),
} as const;
