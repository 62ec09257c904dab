import { actorName, type IdentityProviderId, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { beginAccountChange } from '#features/access';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { endSessionsOf } from './end-sessions.ts';
import { findProvider } from './find-provider.ts';

/** Who is who: links by hand, for people who have an account already. */
export const identityEndpoints: readonly Endpoint[] = [
  read('listExternalIdentities', async ({ db }, { params, query }) => {
    const provider = await findProvider(db, params.provider);
    const after = decodeCursor(query.cursor);
    const rows = await identityRows(db, provider.id)
      .$if(after !== undefined, (each) => each.where('principals.name', '>', String(after?.[0])))
      .orderBy('principals.name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.account], present });
  }),

  command('linkExternalIdentity', async (context, { params, body }) => {
    const { db } = context;
    const provider = await findProvider(db, params.provider);
    const { account } = await beginAccountChange(context, body.principal);
    if (account.kind !== 'user') return refuse('wrong-state', `${account.name} is no person`);
    const taken = await identityRows(db, provider.id)
      .where((where) =>
        where.or([where('externalIdentities.subject', '=', body.subject), where('principals.id', '=', account.id)]),
      )
      .executeTakeFirst();
    if (taken !== undefined)
      return refuse('name-taken', `${taken.account} is linked to ${taken.subject} at ${provider.name} already`);
    const id = context.newId<'external-identity'>();
    await db
      .insertInto('externalIdentities')
      .values({
        id,
        providerId: provider.id,
        subject: body.subject,
        principalId: account.id,
        givenRoleId: null,
        provisioned: false,
        name: null,
        email: null,
        linkedAt: context.now,
        lastSeenAt: null,
      })
      .execute();
    context.audit({
      subject: `principal:${account.name}`,
      detail: { provider: provider.name, externalSubject: body.subject, by: actorName(context.actor) },
    });
    return present(
      await identityRows(db, provider.id).where('externalIdentities.id', '=', id).executeTakeFirstOrThrow(),
    );
  }),

  command('unlinkExternalIdentity', async (context, { params }) => {
    const { db } = context;
    const provider = await findProvider(db, params.provider);
    const found = await identityRows(db, provider.id)
      .where('externalIdentities.id', '=', params.identity)
      .executeTakeFirst();
    if (found === undefined) return refuse('not-found', `${provider.name} has no such link`);
    await beginAccountChange(context, found.principalId);
    await endSessionsOf(db, { provider: provider.id, identity: found.id });
    await db
      .deleteFrom('memberships')
      .where('principalId', '=', found.principalId)
      .where('givenBy', '=', provider.id)
      .execute();
    await db.deleteFrom('externalIdentities').where('id', '=', found.id).execute();
    context.audit({ subject: `principal:${found.account}`, before: present(found), after: null });
    return undefined;
  }),
];

function identityRows(db: Kysely<Tables>, provider: IdentityProviderId) {
  return db
    .selectFrom('externalIdentities')
    .innerJoin('principals', 'principals.id', 'externalIdentities.principalId')
    .selectAll('externalIdentities')
    .select('principals.name as account')
    .where('externalIdentities.providerId', '=', provider);
}

function present(row: Awaited<ReturnType<ReturnType<typeof identityRows>['executeTakeFirstOrThrow']>>) {
  return {
    id: row.id,
    subject: row.subject,
    account: { id: row.principalId, name: row.account },
    provisioned: row.provisioned,
    name: row.name,
    email: row.email,
    linkedAt: row.linkedAt.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  };
}
