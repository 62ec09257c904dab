import { actorName, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import {
  type CommandContext,
  command,
  decodeCursor,
  type Endpoint,
  holdAtRevision,
  pageOf,
  read,
} from '#platform/http';
import { endSessionsOf } from './end-sessions.ts';
import { findProvider, newestVersion, type ProviderRow } from './find-provider.ts';
import { presentProvider, presentProviders } from './provider.wire.ts';
import { ProviderFault } from './provider-fault.ts';
import type { ProviderTools } from './provider-tools.ts';
import { readMetadata } from './saml-metadata.ts';
import { saveVersion } from './save-version.ts';

/** Providers as data: what administrators add and change. None of it lets anybody in before it is activated. */
export function providerEndpoints(tools: ProviderTools): readonly Endpoint[] {
  return [
    read('listIdentityProviders', async ({ db }, { query }) => {
      const after = decodeCursor(query.cursor);
      const rows = await db
        .selectFrom('identityProviders')
        .selectAll()
        .$if(after !== undefined, (each) => each.where('position', '>', Number(after?.[0])))
        .orderBy('position')
        .limit(query.limit + 1)
        .execute();
      const shown = new Map((await presentProviders(db, tools, rows)).map((each) => [each.id, each]));
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [String(row.position)],
        present: (row) => shown.get(row.id) ?? refuse('not-found', 'the provider is gone'),
      });
    }),

    read('getIdentityProvider', async ({ db }, { params }) =>
      presentProvider(db, tools, await findProvider(db, params.provider)),
    ),

    read('readSamlMetadata', async (_context, { body }) => {
      try {
        return readMetadata(body.metadata);
      } catch (error) {
        if (!(error instanceof ProviderFault)) throw error;
        return refuse('invalid-request', error.message, [{ pointer: '/metadata', detail: error.message }]);
      }
    }),

    command('createIdentityProvider', async (context, { body }) => {
      const { db } = context;
      const taken = await db
        .selectFrom('identityProviders')
        .select('id')
        .where('name', '=', body.name)
        .executeTakeFirst();
      if (taken !== undefined) return refuse('name-taken', `there is an identity provider ${body.name} already`);
      const id = context.newId<'identity-provider'>();
      await db
        .insertInto('identityProviders')
        .values({
          id,
          name: body.name,
          displayName: body.displayName ?? body.name,
          kind: body.configuration.kind,
          position: sql`(select coalesce(max(position), 0) + 1 from identity_providers)` as never,
          createdAt: context.now,
          createdBy: actorName(context.actor),
          activeId: null,
        })
        .execute();
      await saveVersion(tools, context, { ...body, provider: id, before: undefined });
      return changed(tools, context, body.name);
    }),

    command('updateIdentityProvider', async (context, { params, body, expectedRevision }) => {
      const { db } = context;
      const found = await findProvider(db, params.provider);
      await holdAtRevision(context, { table: 'identity_providers', id: found.id, expected: expectedRevision });
      const before = await presentProvider(db, tools, found);
      const { configuration, arrival, secrets } = body;
      if (configuration !== undefined || arrival !== undefined || Object.keys(secrets).length > 0)
        await saveVersion(tools, context, {
          provider: found.id,
          before: await newestVersion(db, found.id),
          configuration,
          secrets,
          arrival,
        });
      await db
        .updateTable('identityProviders')
        .set({ displayName: body.displayName ?? found.displayName, revision: found.revision + 1 })
        .where('id', '=', found.id)
        .execute();
      return changed(tools, context, found.name, before);
    }),

    command('deleteIdentityProvider', async (context, { params, expectedRevision }) => {
      const { db } = context;
      const found = await findProvider(db, params.provider);
      await holdAtRevision(context, { table: 'identity_providers', id: found.id, expected: expectedRevision });
      const before = await presentProvider(db, tools, found);
      await endSessionsOf(db, { provider: found.id });
      await db.deleteFrom('identityProviders').where('id', '=', found.id).execute();
      await tell(context, found);
      context.audit({ subject: `identity-provider:${found.name}`, before, after: null });
      return undefined;
    }),

    command('orderIdentityProviders', async (context, { body }) => {
      const { db } = context;
      const all = await db.selectFrom('identityProviders').selectAll().orderBy('position').forUpdate().execute();
      const wanted: ProviderRow[] = [];
      for (const reference of body.providers) wanted.push(await findProvider(db, reference));
      const named = new Set(wanted.map((each) => each.id));
      if (named.size !== all.length || wanted.length !== all.length)
        return refuse('invalid-request', `name each of ${all.map((each) => each.name).join(', ')} once`);
      for (const [index, { id }] of wanted.entries())
        await db
          .updateTable('identityProviders')
          .set({ position: index + 1 })
          .where('id', '=', id)
          .execute();
      const [first] = wanted;
      if (first !== undefined) await tell(context, first);
      context.audit({
        subject: 'identity-providers',
        before: all.map((each) => each.name),
        after: wanted.map((each) => each.name),
      });
      return undefined;
    }),
  ];
}

/** Answers with a provider that was changed, and says so to everybody who looks at it. */
export async function changed(
  tools: ProviderTools,
  context: CommandContext,
  name: string,
  before?: unknown,
  detail?: Readonly<Record<string, unknown>>,
) {
  const found = await findProvider(context.db, name);
  await tell(context, found);
  context.audit({
    subject: `identity-provider:${name}`,
    ...(before === undefined ? {} : { before }),
    ...(detail === undefined ? {} : { detail }),
  });
  return presentProvider(context.db, tools, found);
}

async function tell(context: CommandContext, provider: Pick<ProviderRow, 'id'>): Promise<void> {
  await context.record({ kind: 'identity-provider-changed', subject: { provider: provider.id } });
}
