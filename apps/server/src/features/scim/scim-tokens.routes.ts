import { actorName, type Id, refuse } from '@almanac/domain';
import { type DirectorySync, type ScimToken, scimPrefix } from '@almanac/protocol';
import { type Kysely, type Selectable, sql } from 'kysely';
import { hashToken, newToken } from '#features/access';
import { activatedVersion, findProvider, type ProviderRow } from '#features/identity-providers';
import { type CommandContext, command, type Endpoint, read } from '#platform/http';
import type { Tables } from '#tables';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const prefixLength = 12;

/** Tokens with which providers send their people and groups: one in use for each, and the one before while it still works. */
export function scimTokenEndpoints(tools: { readonly publicUrl: string }): readonly Endpoint[] {
  return [
    read('getDirectorySync', async ({ db }, { params }) => {
      const provider = await findProvider(db, params.provider);
      const tokens = await tokensOf(db, provider);
      return { url: `${tools.publicUrl}${scimPrefix}`, tokens: tokens.map(present), ...(await count(db, provider)) };
    }),

    command('createScimToken', async (context, { params, body }) => {
      const provider = await findProvider(context.db, params.provider);
      await refuseWithoutRole(context, provider);
      const inUse = (await tokensOf(context.db, provider)).find((each) => each.replacedAt === null);
      if (inUse !== undefined)
        return refuse('wrong-state', `${provider.name} has a token already; rotate it, or end it first`);
      const expiresAt = new Date(context.now.getTime() + body.expiresInDays * dayMs);
      return make(context, { provider, expiresAt, detail: {} });
    }),

    command('rotateScimToken', async (context, { params, body }) => {
      const { db, now } = context;
      const provider = await findProvider(db, params.provider);
      const old = (await tokensOf(db, provider)).find((each) => each.replacedAt === null);
      if (old === undefined) return refuse('wrong-state', `${provider.name} has no token in use; make one`);
      const overlap = new Date(now.getTime() + body.overlapHours * hourMs);
      await db
        .updateTable('scimTokens')
        .set({ replacedAt: now, expiresAt: overlap < old.expiresAt ? overlap : old.expiresAt })
        .where('id', '=', old.id)
        .execute();
      const lasts = old.expiresAt.getTime() - old.createdAt.getTime();
      return make(context, {
        provider,
        expiresAt: new Date(now.getTime() + lasts),
        detail: { replaces: old.prefix, overlapHours: body.overlapHours },
      });
    }),

    command('endScimToken', async (context, { params }) => {
      const provider = await findProvider(context.db, params.provider);
      const ended = await context.db
        .deleteFrom('scimTokens')
        .where('id', '=', params.token)
        .where('providerId', '=', provider.id)
        .returning('prefix')
        .executeTakeFirst();
      if (ended === undefined) return refuse('not-found', `${provider.name} has no such token`);
      await tell(context, provider);
      context.audit({ subject: `scim-token:${ended.prefix}`, detail: { provider: provider.name }, after: null });
      return undefined;
    }),
  ];
}

/** Whoever comes by SCIM gets an account at once: what such people may do is said before. */
async function refuseWithoutRole({ db }: CommandContext, provider: ProviderRow): Promise<void> {
  const active = await activatedVersion(db, provider);
  if (active === undefined)
    refuse('wrong-state', `${provider.name} was never in force: try it, and activate it, before it sends people`);
  if (active.defaultRoleId === null)
    refuse(
      'wrong-state',
      `say what people may do for whom no group says otherwise, and activate that: almanac provider change ${provider.name} --role viewer`,
    );
}

async function make(
  context: CommandContext,
  given: {
    readonly provider: ProviderRow;
    readonly expiresAt: Date;
    readonly detail: Readonly<Record<string, unknown>>;
  },
): Promise<ScimToken & { readonly secret: string }> {
  const { provider, expiresAt, detail } = given;
  const secret = newToken('scim_');
  const row = {
    id: context.newId<'scim-token'>(),
    providerId: provider.id,
    prefix: secret.slice(0, prefixLength),
    createdAt: context.now,
    createdBy: actorName(context.actor),
    expiresAt,
    lastUsedAt: null,
    replacedAt: null,
  };
  await context.db
    .insertInto('scimTokens')
    .values({ ...row, tokenHash: hashToken(secret) })
    .execute();
  await tell(context, provider);
  context.audit({
    subject: `scim-token:${row.prefix}`,
    detail: { provider: provider.name, expiresAt: expiresAt.toISOString(), ...detail },
    after: null,
  });
  return { ...present(row), secret };
}

function tokensOf(db: Kysely<Tables>, provider: ProviderRow) {
  return db
    .selectFrom('scimTokens')
    .selectAll()
    .where('providerId', '=', provider.id)
    .where('expiresAt', '>', sql<Date>`now()`)
    .orderBy('createdAt', 'desc')
    .execute();
}

async function count(db: Kysely<Tables>, provider: ProviderRow): Promise<Omit<DirectorySync, 'url' | 'tokens'>> {
  const { rows } = await sql<Omit<DirectorySync, 'url' | 'tokens'>>`
    select
      (select count(*) from scim_users where provider_id = ${provider.id} and deleted_at is null) as users,
      (select count(*) from scim_users u join external_identities i on i.id = u.identity_id
        join principals p on p.id = i.principal_id
        where u.provider_id = ${provider.id} and u.deleted_at is null and u.active and p.active) as active_users,
      (select count(*) from scim_groups where provider_id = ${provider.id}) as groups,
      (select count(*) from scim_groups g where provider_id = ${provider.id} and exists (
        select from identity_provider_mappings m where m.version_id = ${provider.activeId}
        and m.group_key = coalesce(g.external_id, g.display_name))) as mapped_groups`.execute(db);
  const [counted] = rows;
  if (counted === undefined) throw new Error('a count has one row');
  return counted;
}

async function tell(context: CommandContext, provider: ProviderRow): Promise<void> {
  await context.record({ kind: 'identity-provider-changed', subject: { provider: provider.id } });
}

function present(row: Omit<Selectable<Tables['scimTokens']>, 'tokenHash' | 'providerId'>): ScimToken {
  return {
    id: row.id as Id<'scim-token'>,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
    replaced: row.replacedAt !== null,
  };
}
