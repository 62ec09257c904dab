import { z } from 'zod';
import { id, name, named, page, paging, reference, timestamp, versionNumber } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';

export const release = z
  .object({
    id: id<'release'>(),
    name,
    notes: z.string(),
    versions: z.array(
      z.object({
        application: named<'application'>(),
        number: versionNumber,
        /** Null when the application or its build is gone: then it cannot be deployed any more. */
        build: buildReference.nullable(),
      }),
    ),
    /** How many of its versions each environment runs, in the order of environments. */
    environments: z.array(z.object({ environment: named<'environment'>(), running: z.int() })),
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Release' });
export type Release = z.output<typeof release>;

export const releaseDetail = release
  .extend({
    /** What each environment runs now of its applications; no entry where it runs none of one. */
    cells: z.array(
      z.object({ application: id<'application'>(), environment: id<'environment'>(), build: buildReference }),
    ),
  })
  .meta({ id: 'ReleaseDetail' });
export type ReleaseDetail = z.output<typeof releaseDetail>;

const oneRelease = z.object({ release: reference });

const aRelease = { kind: 'release', release: 'params.release' } as const;

export const releaseRoutes = {
  listReleases: route({
    method: 'GET',
    path: '/releases',
    summary: 'Lists releases, newest first, with where they are',
    permission: 'capability:list',
    of: [scope],
    audit: null,
    query: paging,
    response: page(release),
  }),
  getRelease: route({
    method: 'GET',
    path: '/releases/:release',
    summary: 'Shows one release by key or name, beside what each environment runs now',
    permission: 'capability:list',
    of: [aRelease, scope],
    audit: null,
    params: oneRelease,
    response: releaseDetail,
  }),
  createRelease: route({
    method: 'POST',
    path: '/releases',
    summary: 'Names a set of versions, given one by one or as what an environment runs; it never changes afterwards',
    permission: 'capability:change',
    of: [
      { kind: 'applications', applications: 'body.content.versions' },
      { kind: 'environment', environment: 'body.content.from', asks: 'list' },
    ],
    audit: 'release-created',
    body: z.strictObject({
      name,
      notes: z.string().max(10_000).default(''),
      content: z.union([
        z.strictObject({
          versions: z
            .array(z.strictObject({ application: reference, number: versionNumber }))
            .min(1)
            .max(200),
        }),
        z.strictObject({ from: reference }),
      ]),
    }),
    response: release,
    status: 201,
  }),
  removeRelease: route({
    method: 'DELETE',
    path: '/releases/:release',
    summary: 'Removes the name; versions and what runs stay',
    permission: 'capability:change',
    of: [aRelease],
    audit: 'release-removed',
    params: oneRelease,
  }),
} as const;
