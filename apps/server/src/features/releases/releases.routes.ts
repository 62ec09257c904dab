import { actorName, type ReleaseId, refuse } from '@almanac/domain';
import type { Release, ReleaseDetail } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { findApplication } from '#features/applications';
import { referencesOf } from '#features/builds';
import { findEnvironment } from '#features/environments';
import {
  type CommandContext,
  command,
  decodeCursor,
  type Endpoint,
  momentInCursor,
  pageOf,
  read,
} from '#platform/http';
import { beyondScope, type ScopedDatabase, withinScope } from '#scope';
import type { Tables } from '#tables';
import { findRelease, type ReleaseVersion, versionsOf } from './find-release.ts';

type Row = Omit<Awaited<ReturnType<typeof findRelease>>, 'versions'>;
type Chosen = Pick<ReleaseVersion, 'applicationId' | 'applicationName' | 'number' | 'buildId'>;

export const releaseEndpoints: readonly Endpoint[] = [
  read('listReleases', async ({ db }, { query }) => {
    const [at, id] = decodeCursor(query.cursor) ?? [];
    const rows = await db
      .selectFrom('releases')
      .selectAll()
      .$if(at !== undefined, (each) =>
        each.where((where) =>
          where(where.refTuple('createdAt', 'id'), '<', where.tuple(momentInCursor(at), String(id) as ReleaseId)),
        ),
      )
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const presented = await present(db, rows);
    return pageOf({
      rows,
      limit: query.limit,
      keyOf: (row) => [row.createdAt.toISOString(), row.id],
      present: (row) => presented(row),
    });
  }),

  read('getRelease', async ({ db }, { params }) => {
    const release = await findRelease(beyondScope(db, 'it may be listed with all that it has'), params.release);
    return { ...(await present(db, [release]))(release), cells: await cellsOf(db, release.versions) };
  }),

  command('createRelease', async (context, { body }) => {
    const { db } = context;
    const chosen =
      'from' in body.content
        ? await runningIn(withinScope(db, context.access.scopeOf('change')), body.content.from)
        : await named(db, body.content.versions);
    const twice = chosen.find((each, index) =>
      chosen.slice(0, index).some((other) => other.applicationId === each.applicationId),
    );
    if (twice !== undefined)
      refuse(
        'invalid-request',
        `${twice.applicationName} is named twice; a release has one version of each application`,
      );
    const taken = await db.selectFrom('releases').select('id').where('name', '=', body.name).executeTakeFirst();
    if (taken !== undefined) refuse('name-taken', `there is a release ${body.name} already; a release never changes`);
    const row: Row = {
      id: context.newId<'release'>(),
      name: body.name,
      notes: body.notes,
      createdBy: actorName(context.actor),
      createdAt: context.now,
    };
    await db.insertInto('releases').values(row).execute();
    await db
      .insertInto('releaseVersions')
      .values(
        chosen.map(({ applicationId, applicationName, number, buildId }) => ({
          releaseId: row.id,
          applicationId,
          applicationName,
          number,
          buildId,
        })),
      )
      .execute();
    await tell(context, row.id);
    context.audit({ subject: `release:${row.name}`, detail: { versions: chosen.length } });
    return (await present(withinScope(db, context.access.scopeOf('list')), [row]))(row);
  }),

  command('removeRelease', async (context, { params }) => {
    const release = await findRelease(context.db, params.release);
    await context.db.deleteFrom('releases').where('id', '=', release.id).execute();
    await tell(context, release.id);
    context.audit({ subject: `release:${release.name}` });
    return undefined;
  }),
];

async function tell(context: CommandContext, release: ReleaseId): Promise<void> {
  await context.record({ kind: 'release-changed', subject: { release } });
}

async function named(
  db: Kysely<Tables>,
  versions: readonly { readonly application: string; readonly number: string }[],
): Promise<readonly Chosen[]> {
  const chosen: Chosen[] = [];
  for (const each of versions) {
    const application = await findApplication(db, each.application);
    const version = await db
      .selectFrom('versions')
      .select(['number', 'buildId'])
      .where('applicationId', '=', application.id)
      .where('number', '=', each.number)
      .executeTakeFirst();
    if (version === undefined) return refuse('not-found', `${application.name} has no version ${each.number}`);
    chosen.push({ applicationId: application.id, applicationName: application.name, ...version });
  }
  return chosen;
}

/** What an environment runs of what whoever asks may release. A build that has no version has no name under which it could be released. */
async function runningIn(db: ScopedDatabase, reference: string): Promise<readonly Chosen[]> {
  const environment = await findEnvironment(beyondScope(db, 'it may be listed'), reference);
  const rows = await db
    .selectFrom('targets')
    .innerJoin('applications', 'applications.id', 'targets.applicationId')
    .leftJoin('versions', 'versions.buildId', 'targets.buildId')
    .select(['targets.applicationId', 'applications.name as applicationName', 'targets.buildId', 'versions.number'])
    .where('targets.environmentId', '=', environment.id)
    .orderBy('applications.name')
    .execute();
  if (rows.length === 0) return refuse('nothing-to-do', `nothing runs in ${environment.name}`);
  const nameless = rows.filter((row) => row.number === null).map((row) => row.applicationName);
  if (nameless.length > 0)
    return refuse(
      'build-not-usable',
      `what ${environment.name} runs of ${nameless.join(', ')} has no version; tag it first: almanac version tag ${nameless[0]}`,
    );
  return rows.map((row) => ({ ...row, number: row.number ?? '' }));
}

/** Where releases are: how many of their versions each environment runs. */
async function present(db: ScopedDatabase, rows: readonly Row[]): Promise<(row: Row) => Release> {
  const ids = rows.map((row) => row.id);
  const whole = beyondScope(db, 'the scope let these releases through');
  const all = await versionsOf(whole, ids);
  const members = Map.groupBy(all, (each) => each.releaseId);
  const builds = await referencesOf(
    whole,
    all.map((each) => (each.usable ? each.buildId : null)),
  );
  const counts = ids.length === 0 ? [] : await countsOf(db, ids);
  const environments = await db
    .selectFrom('environments')
    .select(['id', 'name'])
    .orderBy('position')
    .orderBy('name')
    .execute();
  const running = new Map(counts.map((row) => [`${row.releaseId} ${row.environmentId}`, row.running]));
  return (row) => ({
    id: row.id,
    name: row.name,
    notes: row.notes,
    versions: (members.get(row.id) ?? []).map((each) => ({
      application: { id: each.applicationId, name: each.applicationName },
      number: each.number,
      build: builds.get(each.buildId) ?? null,
    })),
    environments: environments.map(({ id, name }) => ({
      environment: { id, name },
      running: running.get(`${row.id} ${id}`) ?? 0,
    })),
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  });
}

/** What environments run now of the applications of a release. */
async function cellsOf(db: ScopedDatabase, versions: readonly ReleaseVersion[]): Promise<ReleaseDetail['cells']> {
  if (versions.length === 0) return [];
  const rows = await db
    .selectFrom('targets')
    .select(['applicationId', 'environmentId', 'buildId'])
    .where(
      'applicationId',
      'in',
      versions.map((each) => each.applicationId),
    )
    .execute();
  const builds = await referencesOf(
    beyondScope(db, 'builds of rows that the scope let through'),
    rows.map((row) => row.buildId),
  );
  return rows.flatMap(({ applicationId, environmentId, buildId }) => {
    const build = builds.get(buildId);
    return build === undefined ? [] : [{ application: applicationId, environment: environmentId, build }];
  });
}

function countsOf(db: ScopedDatabase, releases: readonly ReleaseId[]) {
  return db
    .selectFrom('targets')
    .innerJoin('releaseVersions', (join) =>
      join
        .onRef('targets.buildId', '=', 'releaseVersions.buildId')
        .onRef('targets.applicationId', '=', 'releaseVersions.applicationId'),
    )
    .select(['releaseVersions.releaseId', 'targets.environmentId', sql<number>`count(*)::int`.as('running')])
    .where('releaseVersions.releaseId', 'in', releases)
    .groupBy(['releaseVersions.releaseId', 'targets.environmentId'])
    .execute();
}
