import { type ApplicationId, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** The build of an application that people name by version, by number or by key. */
export async function findBuild(
  db: Kysely<Tables>,
  input: { readonly application: { readonly id: ApplicationId; readonly name: string }; readonly build: string },
) {
  const { application, build } = input;
  const rows = db.selectFrom('builds').selectAll().where('builds.applicationId', '=', application.id);
  const version = await db
    .selectFrom('versions')
    .select('buildId')
    .where('applicationId', '=', application.id)
    .where('number', '=', build)
    .executeTakeFirst();
  const found =
    version !== undefined
      ? await rows.where('builds.id', '=', version.buildId).executeTakeFirst()
      : z.uuid().safeParse(build).success
        ? await rows.where('builds.id', '=', build as never).executeTakeFirst()
        : /^\d{1,9}$/.test(build)
          ? await rows.where('builds.number', '=', Number(build)).executeTakeFirst()
          : await rows.where('builds.label', '=', build).orderBy('builds.number', 'desc').executeTakeFirst();
  return found ?? refuse('not-found', `${application.name} has no version or build ${build}`);
}
