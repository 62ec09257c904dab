import { readScimUser, scimUserResource, scimUserSchema } from '@almanac/domain';
import type { ProviderRow } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import { type ResourceKind, resourceOperations } from './resource-operations.ts';
import { changeUser, createUser, deleteUser } from './save-user.ts';
import { findScimUser, listScimUsers, presentScimUsers, type ScimUserRow, scimUserOf } from './users.view.ts';

const users: ResourceKind<ScimUserRow> = {
  schema: scimUserSchema,
  find: findScimUser,
  list: listScimUsers,
  present: presentScimUsers,
  create: async (context, provider, document) => {
    const row = await createUser(context, provider, readScimUser(document));
    audit(context, provider, row);
    return row;
  },
  change: async (context, provider, { row: before, after }) => {
    const user = readScimUser(after(scimUserResource(scimUserOf(before))));
    const { row, changed } = await changeUser(context, provider, { row: before, user });
    if (changed) audit(context, provider, row, before);
    else context.audit(null);
    return row;
  },
  remove: async (context, provider, row) => {
    await deleteUser(context, provider, row);
    audit(context, provider, row);
  },
  stays: ['externalId', 'active'],
  patchAnswer: 200,
};
const operations = resourceOperations(users);

/** People of a provider. A SCIM client sees and changes those alone that it sent itself. */
export const userOperations = {
  scimListUsers: operations.list,
  scimGetUser: operations.get,
  scimCreateUser: operations.create,
  scimReplaceUser: operations.replace,
  scimPatchUser: operations.patch,
  scimDeleteUser: operations.remove,
};

function audit(context: CommandContext, provider: ProviderRow, row: ScimUserRow, before?: ScimUserRow): void {
  context.audit({
    subject: `principal:${row.account}`,
    detail: {
      provider: provider.name,
      externalSubject: row.subject,
      active: row.active,
      ...(before === undefined || before.active === row.active ? {} : { wasActive: before.active }),
    },
    ...(before === undefined ? {} : { before: scimUserOf(before) }),
    after: scimUserOf(row),
  });
}
