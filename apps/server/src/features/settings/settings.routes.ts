import { type ApplicationId, refuse } from '@almanac/domain';
import type { Manifest, Setting } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { command, type Endpoint, read } from '#platform/http';
import type { Tables } from '#tables';
import { Secret, type SecretBox } from './secret-box.ts';

interface Place {
  readonly environment: string;
  readonly level: 'environment' | 'label' | 'site';
  readonly selector?: string | undefined;
}

export function settingEndpoints(box: SecretBox): readonly Endpoint[] {
  return [
    read('listSettings', async ({ db }, { params }) => {
      const application = await findApplication(db, params.application);
      return { settings: await listSettings(db, application.id) };
    }),

    command('setSetting', async (context, { params, body }) => {
      const application = await findApplication(context.db, params.application);
      const definition = (await newestManifest(context.db, application.id))?.settings[params.key];
      if (definition === undefined)
        return refuse(
          'not-found',
          `the manifest of ${application.name} defines no setting ${params.key}; add it there first`,
        );
      const place = await findPlace(context.db, body.place);
      const secret = definition.secret;
      const values = {
        secret,
        value: secret ? box.close(new Secret(body.value)) : body.value,
        changedBy: context.actor.kind === 'anonymous' ? 'anonymous' : context.actor.name,
        changedAt: context.now,
      };
      await context.db
        .insertInto('settingValues')
        .values({ applicationId: application.id, key: params.key, ...place, ...values })
        .onConflict((conflict) =>
          conflict.columns(['applicationId', 'key', 'environmentId', 'level', 'selector']).doUpdateSet(values),
        )
        .execute();
      await context.record({
        kind: 'settings-changed',
        subject: { application: application.id, environment: place.environmentId },
      });
      context.audit({
        subject: `application:${application.name}`,
        detail: { key: params.key, place: body.place, ...(secret ? {} : { value: body.value }) },
      });
      return oneSetting(context.db, application.id, params.key);
    }),

    command('clearSetting', async (context, { params, query }) => {
      const application = await findApplication(context.db, params.application);
      const place = await findPlace(context.db, query);
      const removed = await context.db
        .deleteFrom('settingValues')
        .where('applicationId', '=', application.id)
        .where('key', '=', params.key)
        .where('environmentId', '=', place.environmentId)
        .where('level', '=', place.level)
        .where('selector', '=', place.selector)
        .executeTakeFirst();
      if (removed.numDeletedRows === 0n) return refuse('not-found', `${params.key} has no value there`);
      await context.record({
        kind: 'settings-changed',
        subject: { application: application.id, environment: place.environmentId },
      });
      context.audit({ subject: `application:${application.name}`, detail: { key: params.key, place: query } });
      return oneSetting(context.db, application.id, params.key);
    }),
  ];
}

/** The manifest of the newest build that has one: what the application defines now. */
export async function newestManifest(db: Kysely<Tables>, application: ApplicationId): Promise<Manifest | null> {
  const row = await db
    .selectFrom('builds')
    .select('manifest')
    .where('applicationId', '=', application)
    .where('state', '=', 'succeeded')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row !== undefined && row.manifest !== null) return row.manifest;
  const inspected = await db
    .selectFrom('inspections')
    .innerJoin('applications', (join) =>
      join
        .onRef('applications.repository', '=', 'inspections.repository')
        .onRef('applications.manifestPath', '=', 'inspections.manifestPath'),
    )
    .select('inspections.manifest')
    .where('applications.id', '=', application)
    .where('inspections.state', '=', 'succeeded')
    .orderBy('inspections.createdAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return inspected?.manifest ?? null;
}

async function findPlace(db: Kysely<Tables>, place: Place) {
  const environment = await findEnvironment(db, place.environment);
  const common = { environmentId: environment.id, level: place.level };
  if (place.level === 'environment') return { ...common, selector: '' };
  const selector = place.selector ?? '';
  if (place.level === 'label' && !/^[^=]+=.+$/.test(selector))
    return refuse('invalid-request', 'the selector of a label is key=value');
  if (place.level === 'site') {
    const site = await db
      .selectFrom('sites')
      .select('id')
      .where('environmentId', '=', environment.id)
      .where('name', '=', selector)
      .executeTakeFirst();
    if (site === undefined) return refuse('not-found', `${environment.name} has no site ${selector}`);
  }
  return { ...common, selector };
}

async function oneSetting(db: Kysely<Tables>, application: ApplicationId, key: string): Promise<Setting> {
  const found = (await listSettings(db, application)).find((each) => each.key === key);
  return found ?? refuse('not-found', `there is no setting ${key}`);
}

async function listSettings(db: Kysely<Tables>, application: ApplicationId): Promise<Setting[]> {
  const definitions = (await newestManifest(db, application))?.settings ?? {};
  const rows = await db
    .selectFrom('settingValues')
    .innerJoin('environments', 'environments.id', 'settingValues.environmentId')
    .selectAll('settingValues')
    .select('environments.name as environmentName')
    .where('applicationId', '=', application)
    .orderBy('environments.position')
    .orderBy('level')
    .orderBy('selector')
    .execute();
  const keys = [...new Set([...Object.keys(definitions), ...rows.map((row) => row.key)])].sort();
  return keys.map((key) => {
    const definition = definitions[key];
    return {
      key,
      secret: definition?.secret ?? rows.some((row) => row.key === key && row.secret),
      required: definition?.required ?? false,
      default: definition?.default ?? null,
      description: definition?.description ?? null,
      defined: definition !== undefined,
      values: rows
        .filter((row) => row.key === key)
        .map((row) => ({
          environment: { id: row.environmentId, name: row.environmentName },
          level: row.level,
          selector: row.selector === '' ? null : row.selector,
          value: row.secret ? null : row.value,
          changedBy: row.changedBy,
          changedAt: row.changedAt.toISOString(),
        })),
    };
  });
}
