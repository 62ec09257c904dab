import {
  refuse,
  type ScimSelection,
  type ScimUser,
  scimUserResource,
  scimUserSchema,
  selectScimAttributes,
  selectsScimAttribute,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { ProviderRow } from '#features/identity-providers';
import type { Tables } from '#tables';
import type { ScimUserId } from './scim.tables.ts';
import { type ScimColumns, scimCondition } from './scim-condition.ts';
import { etagOf, type ScimPage, type ScimRequest } from './scim-request.ts';

const name = (part: string) => sql`scim_users.attributes -> 'name' ->> ${sql.lit(part)}`;
const email = (part: string) => sql`email.value ->> ${sql.lit(part)}`;

const columns: ScimColumns = {
  single: {
    id: sql`scim_users.id`,
    externalId: sql`external_identities.subject`,
    userName: sql`scim_users.user_name`,
    displayName: sql`scim_users.attributes ->> 'displayName'`,
    'name.formatted': sql`(${name('formatted')})`,
    'name.givenName': sql`(${name('givenName')})`,
    'name.familyName': sql`(${name('familyName')})`,
    active: sql`(scim_users.active and principals.active)`,
    'meta.created': sql`scim_users.created_at`,
    'meta.lastModified': sql`scim_users.changed_at`,
  },
  several: {
    emails: {
      from: sql`jsonb_array_elements(scim_users.attributes -> 'emails') as email`,
      parts: {
        value: sql`(${email('value')})`,
        type: sql`(${email('type')})`,
        primary: sql`(${email('primary')})::boolean`,
      },
    },
    groups: {
      from: sql`scim_members join scim_groups on scim_groups.id = scim_members.group_id
        and scim_members.user_id = scim_users.id`,
      parts: { value: sql`scim_groups.id`, display: sql`scim_groups.display_name` },
    },
  },
};

/** People whom a provider has, with their accounts. */
function scimUsersOf(db: Kysely<Tables>, provider: ProviderRow) {
  return db
    .selectFrom('scimUsers')
    .innerJoin('externalIdentities', 'externalIdentities.id', 'scimUsers.identityId')
    .innerJoin('principals', 'principals.id', 'externalIdentities.principalId')
    .selectAll('scimUsers')
    .select(['subject', 'principalId', 'principals.name as account', 'principals.active as accountActive'])
    .where('scimUsers.providerId', '=', provider.id)
    .where('deletedAt', 'is', null);
}

export type ScimUserRow = Awaited<ReturnType<ReturnType<typeof scimUsersOf>['executeTakeFirstOrThrow']>>;

export async function findScimUser(db: Kysely<Tables>, provider: ProviderRow, id: string): Promise<ScimUserRow> {
  const found = z.uuid().safeParse(id).success
    ? await scimUsersOf(db, provider)
        .where('scimUsers.id', '=', id as ScimUserId)
        .executeTakeFirst()
    : undefined;
  return found ?? refuse('not-found', `${provider.name} has no User ${id}`);
}

export async function listScimUsers(
  db: Kysely<Tables>,
  asked: { readonly provider: ProviderRow; readonly filter: string | undefined; readonly page: ScimPage },
): Promise<{ readonly total: number; readonly rows: readonly ScimUserRow[] }> {
  const { provider, filter, page } = asked;
  const matching = scimUsersOf(db, provider).where(scimCondition(scimUserSchema, columns, filter));
  const { total } = await matching
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const inOrder = matching
    .orderBy('scimUsers.createdAt')
    .orderBy('scimUsers.id')
    .offset(page.startIndex - 1)
    .limit(page.count);
  return { total, rows: page.count === 0 ? [] : await inOrder.execute() };
}

/** The person as the provider last said it. */
export function scimUserOf(row: ScimUserRow): ScimUser {
  return { ...row.attributes, userName: row.userName, externalId: row.subject, active: row.active };
}

/** People as they are sent. Whoever was deactivated by hand is not active, whatever the provider says. */
export async function presentScimUsers(
  db: Kysely<Tables>,
  rows: readonly ScimUserRow[],
  given: { readonly url: ScimRequest['url']; readonly selection: ScimSelection },
): Promise<readonly object[]> {
  const ids = rows.map((each) => each.id);
  const groups = selectsScimAttribute(given.selection, 'groups') ? await groupsOf(db, ids) : new Map();
  return rows.map((row) =>
    selectScimAttributes(given.selection, {
      schemas: [scimUserSchema.id],
      id: row.id,
      ...scimUserResource({ ...scimUserOf(row), active: row.active && row.accountActive }),
      groups: groups.get(row.id) ?? [],
      meta: {
        resourceType: 'User',
        created: row.createdAt.toISOString(),
        lastModified: row.changedAt.toISOString(),
        location: `${given.url}/Users/${row.id}`,
        version: etagOf(row.version),
      },
    }),
  );
}

async function groupsOf(
  db: Kysely<Tables>,
  users: readonly ScimUserId[],
): Promise<ReadonlyMap<ScimUserId, readonly object[]>> {
  if (users.length === 0) return new Map();
  const rows = await db
    .selectFrom('scimMembers')
    .innerJoin('scimGroups', 'scimGroups.id', 'scimMembers.groupId')
    .select(['userId', 'scimGroups.id as value', 'displayName as display'])
    .where('userId', 'in', users)
    .orderBy('displayName')
    .execute();
  const byUser = Map.groupBy(rows, (each) => each.userId);
  return new Map(
    [...byUser].map(([user, of]) => [user, of.map(({ value, display }) => ({ value, display }))] as const),
  );
}
