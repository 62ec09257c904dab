import { type ApplicationId, actorName, type EnvironmentId, refuse } from '@almanac/domain';
import type { Manifest, Setting } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { Secret, type SecretBox } from '#platform/secrets';
import { beyondScope, type ScopedDatabase, withinScope } from '#scope';
import type { Tables } from '#tables';
import { addressFault, definitionsOf, settingUse } from './definitions.ts';
import { recordSettingChange, storeSetting } from './store-setting.ts';

interface Place {
  readonly environment: string;
  readonly level: 'environment' | 'label' | 'site';
  readonly selector?: string | undefined;
}

/** `ownDatabase` is the address of the server's own PostgreSQL, where no application may go. */
export function settingEndpoints(box: SecretBox, ownDatabase: Secret | undefined): readonly Endpoint[] {
  return [
    read('listSettings', async ({ db }, { params }) => {
      const application = await findApplication(beyondScope(db, 'it may be listed'), params.application);
      return { settings: await listSettings(db, { application: application.id, box }) };
    }),

    read('listSettingChanges', async ({ db }, { params, query }) => {
      const whole = beyondScope(db, 'what was asked for by name may be listed');
      const application = await findApplication(whole, params.application);
      const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
      const cursor = decodeCursor(query.cursor);
      const rows = await db
        .selectFrom('settingChanges')
        .innerJoin('environments', 'environments.id', 'settingChanges.environmentId')
        .selectAll('settingChanges')
        .select('environments.name as environmentName')
        .where('applicationId', '=', application.id)
        .$if(query.key !== undefined, (each) => each.where('key', '=', query.key ?? ''))
        .$if(environment !== undefined, (each) => each.where('environmentId', '=', environment?.id ?? ('' as never)))
        .$if(cursor !== undefined, (each) =>
          each.where(
            sql<boolean>`(setting_changes.changed_at, setting_changes.id) < (${String(cursor?.[0])}::timestamptz, ${String(cursor?.[1])}::uuid)`,
          ),
        )
        .orderBy('changedAt', 'desc')
        .orderBy('settingChanges.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.changedAt.toISOString(), row.id],
        present: (row) => ({ ...presentValue(row, box), id: row.id, key: row.key, removed: row.value === null }),
      });
    }),

    command('setSetting', async (context, { params, body }) => {
      const application = await findApplication(context.db, params.application);
      const manifest = await newestManifest(context.db, application.id);
      const definition = manifest === null ? undefined : definitionsOf(manifest)[params.key];
      if (definition === undefined)
        return refuse(
          'not-found',
          `the manifest of ${application.name} defines no setting or connection ${params.key}; add it there first`,
        );
      const fault = definition.connection === null ? undefined : addressFault(body.value, ownDatabase);
      if (fault !== undefined) return refuse('invalid-request', fault);
      const place = await findPlace(context.db, body.place);
      const secret = definition.secret;
      await storeSetting(context, {
        application: application.id,
        key: params.key,
        place,
        secret,
        value: secret
          ? box.close(
              new Secret(body.value),
              settingUse({ application: application.id, environment: place.environmentId, key: params.key }),
            )
          : body.value,
        changedBy: actorName(context.actor),
      });
      context.audit({
        subject: `application:${application.name}`,
        detail: { key: params.key, place: body.place, ...(secret ? {} : { value: body.value }) },
      });
      return oneSetting(shown(context), { application: application.id, box, key: params.key });
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
        .returning('secret')
        .executeTakeFirst();
      if (removed === undefined) return refuse('not-found', `${params.key} has no value there`);
      await recordSettingChange(context, {
        application: application.id,
        key: params.key,
        place,
        secret: removed.secret,
        value: null,
        changedBy: actorName(context.actor),
      });
      context.audit({ subject: `application:${application.name}`, detail: { key: params.key, place: query } });
      return oneSetting(shown(context), { application: application.id, box, key: params.key });
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

/** What whoever gave a command sees of its outcome. */
function shown({ db, access }: CommandContext): ScopedDatabase {
  return withinScope(db, access.scopeOf('list'));
}

async function oneSetting(
  db: ScopedDatabase,
  input: { readonly application: ApplicationId; readonly box: SecretBox; readonly key: string },
): Promise<Setting> {
  const found = (await listSettings(db, input)).find((each) => each.key === input.key);
  return found ?? refuse('not-found', `there is no setting ${input.key}`);
}

async function listSettings(
  db: ScopedDatabase,
  input: { readonly application: ApplicationId; readonly box: SecretBox },
): Promise<Setting[]> {
  const manifest = await newestManifest(beyondScope(db, 'what it defines may be listed with it'), input.application);
  const definitions = manifest === null ? {} : definitionsOf(manifest);
  const rows = await db
    .selectFrom('settingValues')
    .innerJoin('environments', 'environments.id', 'settingValues.environmentId')
    .selectAll('settingValues')
    .select('environments.name as environmentName')
    .where('applicationId', '=', input.application)
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
      connection: definition?.connection ?? null,
      defined: definition !== undefined,
      values: rows.filter((row) => row.key === key).map((row) => presentValue(row, input.box)),
    };
  });
}

function presentValue(
  row: {
    readonly applicationId: ApplicationId;
    readonly key: string;
    readonly environmentId: EnvironmentId;
    readonly environmentName: string;
    readonly level: 'environment' | 'label' | 'site';
    readonly selector: string;
    readonly secret: boolean;
    readonly value: string | null;
    readonly changedBy: string;
    readonly changedAt: Date;
  },
  box: SecretBox,
): Setting['values'][number] {
  const use = settingUse({ application: row.applicationId, environment: row.environmentId, key: row.key });
  return {
    environment: { id: row.environmentId, name: row.environmentName },
    level: row.level,
    selector: row.selector === '' ? null : row.selector,
    value: row.secret ? null : row.value,
    fingerprint: row.secret && row.value !== null ? box.fingerprint(box.open(row.value, use)) : null,
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
  };
}
