import {
  refuse,
  type ScimSelection,
  scimGroupResource,
  scimGroupSchema,
  selectScimAttributes,
  selectsScimAttribute,
} from '@almanac/domain';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { ProviderRow } from '#features/identity-providers';
import type { Tables } from '#tables';
import type { ScimGroupId } from './scim.tables.ts';
import { type ScimColumns, scimCondition } from './scim-condition.ts';
import { etagOf, type ScimPage, type ScimRequest } from './scim-request.ts';

export type ScimGroupRow = Selectable<Tables['scimGroups']>;

/** Members of all groups of one answer. */
const mostMembers = 20_000;

const columns: ScimColumns = {
  single: {
    id: sql`scim_groups.id`,
    externalId: sql`scim_groups.external_id`,
    displayName: sql`scim_groups.display_name`,
    'meta.created': sql`scim_groups.created_at`,
    'meta.lastModified': sql`scim_groups.changed_at`,
  },
  several: {
    members: {
      from: sql`scim_members join scim_users on scim_users.id = scim_members.user_id
        and scim_members.group_id = scim_groups.id`,
      parts: { value: sql`scim_users.id`, display: sql`scim_users.user_name` },
    },
  },
};

function scimGroupsOf(db: Kysely<Tables>, provider: ProviderRow) {
  return db.selectFrom('scimGroups').selectAll().where('providerId', '=', provider.id);
}

export async function findScimGroup(db: Kysely<Tables>, provider: ProviderRow, id: string): Promise<ScimGroupRow> {
  const found = z.uuid().safeParse(id).success
    ? await scimGroupsOf(db, provider)
        .where('id', '=', id as ScimGroupId)
        .executeTakeFirst()
    : undefined;
  return found ?? refuse('not-found', `${provider.name} has no Group ${id}`);
}

export async function listScimGroups(
  db: Kysely<Tables>,
  asked: { readonly provider: ProviderRow; readonly filter: string | undefined; readonly page: ScimPage },
): Promise<{ readonly total: number; readonly rows: readonly ScimGroupRow[] }> {
  const { provider, filter, page } = asked;
  const matching = scimGroupsOf(db, provider).where(scimCondition(scimGroupSchema, columns, filter));
  const { total } = await matching
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const inOrder = matching
    .orderBy('createdAt')
    .orderBy('id')
    .offset(page.startIndex - 1)
    .limit(page.count);
  return { total, rows: page.count === 0 ? [] : await inOrder.execute() };
}

export async function membersOf(db: Kysely<Tables>, groups: readonly ScimGroupId[]) {
  if (groups.length === 0) return [];
  const rows = await db
    .selectFrom('scimMembers')
    .innerJoin('scimUsers', 'scimUsers.id', 'scimMembers.userId')
    .select(['groupId', 'userId', 'userName'])
    .where('groupId', 'in', groups)
    .orderBy('userId')
    .limit(mostMembers + 1)
    .execute();
  return rows.length > mostMembers
    ? refuse('too-large', 'these groups have too many members for one answer; ask with excludedAttributes=members')
    : rows;
}

export async function presentScimGroups(
  db: Kysely<Tables>,
  rows: readonly ScimGroupRow[],
  given: { readonly url: ScimRequest['url']; readonly selection: ScimSelection },
): Promise<readonly object[]> {
  const members = selectsScimAttribute(given.selection, 'members')
    ? await membersOf(
        db,
        rows.map((each) => each.id),
      )
    : [];
  const byGroup = Map.groupBy(members, (each) => each.groupId);
  return rows.map((row) =>
    selectScimAttributes(given.selection, {
      schemas: [scimGroupSchema.id],
      id: row.id,
      ...scimGroupResource({ ...row, members: [] }),
      members: (byGroup.get(row.id) ?? []).map(({ userId, userName }) => ({
        value: userId,
        display: userName,
        $ref: `${given.url}/Users/${userId}`,
      })),
      meta: {
        resourceType: 'Group',
        created: row.createdAt.toISOString(),
        lastModified: row.changedAt.toISOString(),
        location: `${given.url}/Groups/${row.id}`,
        version: etagOf(row.version),
      },
    }),
  );
}
