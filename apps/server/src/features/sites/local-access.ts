import { type EnvironmentId, refuse, resolveAccess, type SiteId } from '@almanac/domain';
import type { LocalPrincipal } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { hashToken, newToken, readPrincipals, readRules } from '#features/access';
import type { BackgroundContext } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import type { RefreshDocuments } from './refresh-documents.ts';

/** Makes a token with which the caller signs in to the console of one site; the site learns its hash. */
export async function newLocalToken(
  context: CommandContext,
  input: { readonly site: { readonly id: SiteId; readonly environmentId: EnvironmentId }; readonly days: number },
  refreshDocuments: RefreshDocuments,
): Promise<{ readonly token: string; readonly expiresAt: string }> {
  const { actor } = context;
  if (actor.kind !== 'principal')
    return refuse('not-permitted', 'a token for a site is made by whoever signs in with it');
  if (actor.limits !== undefined)
    return refuse(
      'not-permitted',
      'a token for a site would do all that its owner may, and the one that asks is limited',
    );
  const token = newToken('all_');
  const expiresAt = new Date(context.now.getTime() + input.days * 86_400_000);
  await context.db
    .insertInto('localTokens')
    .values({
      tokenHash: hashToken(token),
      siteId: input.site.id,
      principalId: actor.id,
      createdAt: context.now,
      expiresAt,
    })
    .execute();
  await refreshDocuments(context, input.site.environmentId);
  return { token, expiresAt: expiresAt.toISOString() };
}

/** Who may do what on each site of an environment, as it travels with the desired state. */
export async function localPrincipals(
  db: Kysely<Tables>,
  environment: EnvironmentId,
): Promise<ReadonlyMap<SiteId, readonly LocalPrincipal[]>> {
  const rows = await db
    .selectFrom('localTokens')
    .innerJoin('principals', 'principals.id', 'localTokens.principalId')
    .innerJoin('sites', 'sites.id', 'localTokens.siteId')
    .select(['localTokens.siteId', 'localTokens.tokenHash', 'localTokens.expiresAt'])
    .select(['principals.id', 'principals.name'])
    .where('sites.environmentId', '=', environment)
    .where('principals.active', '=', true)
    .orderBy('localTokens.createdAt')
    .orderBy('localTokens.tokenHash')
    .execute();
  const rules = await readRules(db);
  const place = rules.environments.find((each) => each.id === environment);
  const holders = await readPrincipals(
    db,
    rows.map((each) => each.id),
  );
  const bySite = new Map<SiteId, LocalPrincipal[]>();
  for (const { siteId, tokenHash, expiresAt, id, name } of rows) {
    const holder = holders.get(id);
    if (holder === undefined || place === undefined) continue;
    const known = bySite.get(siteId) ?? [];
    // The console of a site speaks of all that runs on it: what teams and grants say of single applications is not enough.
    const { capabilities } = resolveAccess(holder, rules.roles, { environment: place, application: null });
    known.push({ name, tokenHash, expiresAt: expiresAt.toISOString(), capabilities: [...capabilities] });
    bySite.set(siteId, known);
  }
  return bySite;
}

/** Tokens that ran out, or whose holder may not come in any more, leave the documents of their sites. */
export async function forgetLocalTokens(context: BackgroundContext, refreshDocuments: RefreshDocuments): Promise<void> {
  const isVoid = sql<boolean>`expires_at < now() or principal_id in (select id from principals where not active)`;
  const found = await context.db
    .selectFrom('localTokens')
    .select('tokenHash')
    .where(isVoid)
    .limit(1)
    .executeTakeFirst();
  if (found === undefined) return;
  await context.inTransaction({ actor: { kind: 'system', name: 'server' }, action: null }, async (command) => {
    const gone = await command.db.deleteFrom('localTokens').where(isVoid).returning('siteId').execute();
    // Another node may have been faster.
    if (gone.length === 0) return;
    const environments = await command.db
      .selectFrom('sites')
      .select('environmentId')
      .distinct()
      .where(
        'id',
        'in',
        gone.map((each) => each.siteId),
      )
      .orderBy('environmentId')
      .execute();
    for (const { environmentId } of environments) await refreshDocuments(command, environmentId);
  });
}
