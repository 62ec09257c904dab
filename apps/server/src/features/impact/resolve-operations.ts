import { type BuildId, type Change, type EnvironmentId, refuse } from '@almanac/domain';
import type { deploySource, operationRequest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { Tables } from '#tables';

type Application = Awaited<ReturnType<typeof findApplication>>;

/** The changes that operations ask for, with the builds that they mean now. */
export async function resolveOperations(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly operations: readonly z.output<typeof operationRequest>[];
  },
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const request of input.operations) {
    const application = await findApplication(db, request.application);
    if (changes.some((each) => each.application === application.id))
      return refuse('invalid-request', `${application.name} is named twice`);
    if (request.kind === 'leave') continue;
    if (request.kind === 'deploy') {
      const build = await findBuild(db, { source: request.source, application, environment: input.environment });
      changes.push({ kind: 'deploy', application: application.id, build });
      continue;
    }
    if ((await installedBuild(db, { environment: input.environment, application })) === undefined)
      return refuse('nothing-to-do', `${application.name} does not run there`);
    changes.push({ kind: request.kind, application: application.id });
  }
  return changes;
}

async function findBuild(
  db: Kysely<Tables>,
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Application;
    readonly environment: EnvironmentId;
  },
): Promise<BuildId> {
  const { application } = input;
  const id = await meant(db, input);
  const build = await db
    .selectFrom('builds')
    .select(['applicationId', 'number', 'state'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (build === undefined || build.applicationId !== application.id)
    return refuse('not-found', `${application.name} has no such build`);
  if (build.state !== 'succeeded')
    return refuse(
      'build-not-usable',
      `build ${build.number} of ${application.name} is ${build.state}; only one that succeeded can be deployed`,
    );
  return id;
}

async function meant(
  db: Kysely<Tables>,
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Application;
    readonly environment: EnvironmentId;
  },
): Promise<BuildId> {
  const { source, application } = input;
  switch (source.kind) {
    case 'build':
      return source.build;
    case 'version': {
      const version = await db
        .selectFrom('versions')
        .select('buildId')
        .where('applicationId', '=', application.id)
        .where('number', '=', source.number)
        .executeTakeFirst();
      return version?.buildId ?? refuse('not-found', `${application.name} has no version ${source.number}`);
    }
    case 'environment': {
      const from = await findEnvironment(db, source.environment);
      const build = await installedBuild(db, { environment: from.id, application });
      return build ?? refuse('nothing-to-do', `${application.name} does not run in ${from.name}`);
    }
    case 'latest': {
      const latest = await db
        .selectFrom('builds')
        .select('id')
        .where('applicationId', '=', application.id)
        .where('state', '=', 'succeeded')
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return latest?.id ?? refuse('nothing-to-do', `${application.name} has no build that succeeded`);
    }
    default:
      return refuse('invalid-request', 'a build, a version, an environment or the latest build can be asked about');
  }
}

async function installedBuild(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: Application },
): Promise<BuildId | undefined> {
  const target = await db
    .selectFrom('targets')
    .select('buildId')
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', input.application.id)
    .executeTakeFirst();
  return target?.buildId;
}
