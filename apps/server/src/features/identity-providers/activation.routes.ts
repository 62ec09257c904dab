import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { ownId } from '#features/access';
import { type CommandContext, command, decodeCursor, direct, type Endpoint, pageOf, read } from '#platform/http';
import { beginSignIn } from './begin-sign-in.ts';
import { endSessionsOf } from './end-sessions.ts';
import { activatedVersion, findProvider, isDraft, newestVersion, type ProviderRow } from './find-provider.ts';
import { putBack } from './probation.ts';
import { presentDryRun, presentProvider } from './provider.wire.ts';
import { type ProviderTools, redirectProtocolOf } from './provider-tools.ts';
import { changed } from './providers.routes.ts';

/** From a draft to what people sign in with, and back: nothing is put into force that nobody tried. */
export function activationEndpoints(tools: ProviderTools): readonly Endpoint[] {
  return [
    direct('beginDryRun', async (context, { params, http }) => {
      const { db, actor, inTransaction } = context;
      const provider = await findProvider(db, params.provider);
      const version = await newestVersion(db, provider.id);
      const dryRun = await inTransaction({ actor, action: 'identity-provider-dry-run-begun' }, async (command) => {
        const id = command.newId<'dry-run'>();
        await command.db
          .insertInto('providerDryRuns')
          .values({
            id,
            providerId: provider.id,
            versionId: version.id,
            principalId: ownId(actor),
            startedAt: command.now,
            endedAt: null,
            problem: null,
            result: null,
          })
          .execute();
        command.audit({ subject: `identity-provider:${provider.name}`, detail: { version: version.number } });
        return id;
      });
      const sent = redirectProtocolOf(tools, provider.kind) !== undefined;
      const url = sent ? await beginSignIn(tools, context, { provider, version, dryRun, page: null, http }) : null;
      return { dryRun, url };
    }),

    read('listDryRuns', async ({ db }, { params, query }) => {
      const provider = await findProvider(db, params.provider);
      const before = decodeCursor(query.cursor);
      const rows = await db
        .selectFrom('providerDryRuns')
        .innerJoin('identityProviderVersions', 'identityProviderVersions.id', 'providerDryRuns.versionId')
        .innerJoin('principals', 'principals.id', 'providerDryRuns.principalId')
        .selectAll('providerDryRuns')
        .select(['identityProviderVersions.number', 'principals.name as by'])
        .where('providerDryRuns.providerId', '=', provider.id)
        .$if(before !== undefined, (each) =>
          each.where(
            sql<boolean>`(started_at, provider_dry_runs.id) < (${String(before?.[0])}::timestamptz, ${String(before?.[1])}::uuid)`,
          ),
        )
        .orderBy('startedAt', 'desc')
        .orderBy('providerDryRuns.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.startedAt.toISOString(), row.id],
        present: presentDryRun,
      });
    }),

    command('activateIdentityProvider', async (context, { params, body }) => {
      const provider = await holdProvider(context, params.provider);
      const before = await presentProvider(context.db, tools, provider);
      const version = await newestVersion(context.db, provider.id);
      if (!isDraft(version) && provider.enabled)
        return refuse('nothing-to-do', `what ${provider.name} has is in force already`);
      if (isDraft(version)) {
        if (version.triedAt === null)
          return refuse('provider-not-tried', `sign in with the draft first: almanac provider try ${provider.name}`);
        await context.db
          .updateTable('identityProviderVersions')
          .set({ activatedAt: context.now, previousId: provider.activeId, returns: body.returns })
          .where('id', '=', version.id)
          .execute();
      }
      const activeId = isDraft(version) ? version.id : provider.activeId;
      await setProvider(context, provider, { enabled: true, activeId });
      return changed(tools, context, provider.name, before, { version: version.number });
    }),

    command('disableIdentityProvider', async (context, { params }) => {
      const provider = await holdProvider(context, params.provider);
      if (!provider.enabled) return refuse('nothing-to-do', `nobody can sign in with ${provider.name} as it is`);
      const before = await presentProvider(context.db, tools, provider);
      await setProvider(context, provider, { enabled: false, activeId: provider.activeId });
      const ended = await endSessionsOf(context.db, { provider: provider.id });
      return changed(tools, context, provider.name, before, { sessionsEnded: ended.length });
    }),

    command('returnIdentityProvider', async (context, { params }) => {
      const { db } = context;
      const provider = await holdProvider(context, params.provider);
      const before = await presentProvider(db, tools, provider);
      const version = await activatedVersion(db, provider);
      if (version === undefined || version.previousId === null)
        return refuse('wrong-state', `${provider.name} has no configuration before; disable it instead`);
      await putBack(context, { provider: provider.id, version, why: 'by-hand' });
      return changed(tools, context, provider.name, before, { from: version.number, why: 'by-hand' });
    }),
  ];
}

async function holdProvider({ db }: CommandContext, reference: string): Promise<ProviderRow> {
  const { id } = await findProvider(db, reference);
  return db.selectFrom('identityProviders').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

async function setProvider(
  { db }: CommandContext,
  provider: ProviderRow,
  set: Pick<ProviderRow, 'enabled' | 'activeId'>,
): Promise<void> {
  await db
    .updateTable('identityProviders')
    .set({ ...set, revision: provider.revision + 1 })
    .where('id', '=', provider.id)
    .execute();
}
