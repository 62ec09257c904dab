import {
  actorName,
  type BuildId,
  changesBetween,
  compareVersions,
  refuse,
  suggestHotfix,
  suggestVersion,
  versionParts,
} from '@almanac/domain';
import type { Version } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { findApplication } from '#features/applications';
import { getBuild, readCommitGraph, refreshLabels } from '#features/builds';
import { mendedBy } from '#features/hotfixes';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';

type Application = Pick<Awaited<ReturnType<typeof findApplication>>, 'id' | 'name'>;

export const versionEndpoints: readonly Endpoint[] = [
  read('listVersions', async ({ db }, { params, query }) => {
    const application = await findApplication(db, params.application);
    const [major, minor, patch] = (decodeCursor(query.cursor) ?? []).map(Number);
    const rows = await versionRows(db)
      .where('versions.applicationId', '=', application.id)
      .$if(major !== undefined, (each) =>
        each.where((where) =>
          where(where.refTuple('major', 'minor', 'patch'), '<', where.tuple(major ?? 0, minor ?? 0, patch ?? 0)),
        ),
      )
      .orderBy('major', 'desc')
      .orderBy('minor', 'desc')
      .orderBy('patch', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.major, row.minor, row.patch], present });
  }),

  read('suggestVersion', async ({ db }, { params, query }) => {
    const application = await findApplication(db, params.application);
    const { suggestion, changes } = await suggest(db, { application, build: query.build });
    return { ...suggestion, changes: [...changes] };
  }),

  command('createVersion', async (context, { params, body }) => {
    const application = await findApplication(context.db, params.application);
    const version = await tagBuild(context, { application, build: body.build, number: body.number, notes: body.notes });
    context.audit({
      subject: `application:${application.name}`,
      detail: { version: version.number, build: body.build },
    });
    return version;
  }),
];

/** Gives a build its immutable name: above every number that the application has anywhere. */
export async function tagBuild(
  context: CommandContext,
  input: {
    readonly application: Application;
    readonly build: BuildId;
    readonly number: string | undefined;
    readonly notes: string;
  },
): Promise<Version> {
  const { db } = context;
  const { application } = input;
  await db.selectFrom('applications').select('id').where('id', '=', application.id).forNoKeyUpdate().execute();
  const { suggestion, changes, build, highest } = await suggest(db, input);
  if (build.version !== null)
    refuse('build-not-usable', `build ${build.number} is version ${build.version} already; a version is never changed`);
  const number = input.number ?? suggestion.number;
  if (highest !== null && compareVersions(number, highest) <= 0)
    refuse(
      'version-not-above',
      `${number} is not above ${highest}, the highest version of ${application.name}; ${suggestion.number} would be`,
    );
  const row = {
    id: context.newId<'version'>(),
    applicationId: application.id,
    number,
    ...versionParts(number),
    buildId: build.id,
    commit: build.commit ?? '',
    notes: input.notes,
    changes: JSON.stringify(changes.slice(0, 200)),
    createdBy: actorName(context.actor),
    createdAt: context.now,
  };
  await db.insertInto('versions').values(row).execute();
  await refreshLabels(context, { application: application.id });
  await context.record({ kind: 'version-created', subject: { application: application.id, build: build.id } });
  return present(await versionRows(db).where('versions.id', '=', row.id).executeTakeFirstOrThrow());
}

async function suggest(db: Kysely<Tables>, input: { readonly application: Application; readonly build: BuildId }) {
  const build = await getBuild(db, input.build);
  if (build.applicationId !== input.application.id)
    return refuse('build-not-usable', `build ${build.number} belongs to ${build.applicationName}`);
  if (build.state !== 'succeeded' || build.commit === null)
    return refuse(
      'build-not-usable',
      `build ${build.number} is ${build.state}; only one that succeeded can be a version`,
    );
  const highest = await db
    .selectFrom('versions')
    .select(['number', 'commit'])
    .where('applicationId', '=', input.application.id)
    .orderBy('major', 'desc')
    .orderBy('minor', 'desc')
    .orderBy('patch', 'desc')
    .limit(1)
    .executeTakeFirst();
  const graph = await readCommitGraph(db, input.application.id);
  const changes = changesBetween({ graph, from: highest?.commit ?? null, to: build.commit });
  const base = await mendedBy(db, build.id);
  const suggestion =
    base === null
      ? suggestVersion({ highest: highest?.number ?? null, subjects: changes.map((each) => each.subject) })
      : suggestHotfix({ highest: highest?.number ?? null, base });
  return { build, changes, suggestion, highest: highest?.number ?? null };
}

function versionRows(db: Kysely<Tables>) {
  return db
    .selectFrom('versions')
    .innerJoin('applications', 'applications.id', 'versions.applicationId')
    .innerJoin('builds', 'builds.id', 'versions.buildId')
    .leftJoin('hotfixBuilds', 'hotfixBuilds.buildId', 'versions.buildId')
    .leftJoin('hotfixes', 'hotfixes.id', 'hotfixBuilds.hotfixId')
    .selectAll('versions')
    .select(['applications.name as applicationName', 'builds.label', 'hotfixes.number as hotfix']);
}

function present(row: Awaited<ReturnType<ReturnType<typeof versionRows>['execute']>>[number]): Version {
  return {
    id: row.id,
    application: { id: row.applicationId, name: row.applicationName },
    number: row.number,
    build: { id: row.buildId, commit: row.commit, label: row.label, version: row.number },
    notes: row.notes,
    changes: row.changes,
    hotfix: row.hotfix,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  };
}
