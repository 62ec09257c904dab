import { readScimGroup, scimGroupResource, scimGroupSchema } from '@almanac/domain';
import type { ProviderRow } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import { findScimGroup, listScimGroups, membersOf, presentScimGroups, type ScimGroupRow } from './groups.view.ts';
import { type ResourceKind, resourceOperations } from './resource-operations.ts';
import { changeGroup, createGroup, deleteGroup } from './save-group.ts';

const groups: ResourceKind<ScimGroupRow> = {
  schema: scimGroupSchema,
  find: findScimGroup,
  list: listScimGroups,
  present: presentScimGroups,
  create: async (context, provider, document) => {
    const group = readScimGroup(document);
    const row = await createGroup(context, provider, group);
    audit(context, provider, { row, added: group.members.length });
    return row;
  },
  change: async (context, provider, { row: found, after }) => {
    const members = (await membersOf(context.db, [found.id])).map((each) => each.userId);
    const before = { displayName: found.displayName, externalId: found.externalId, members };
    const group = readScimGroup(after(scimGroupResource(before)));
    const { row, changes } = await changeGroup(context, provider, { row: found, before, after: group });
    if (changes === undefined) context.audit(null);
    else audit(context, provider, { row, before: found, ...changes });
    return row;
  },
  remove: async (context, provider, row) => {
    await deleteGroup(context, provider, row);
    audit(context, provider, { row });
  },
  stays: ['externalId', 'members'],
  // Groups may have thousands of members: nothing of them is sent back that was not asked for.
  patchAnswer: 204,
};
const operations = resourceOperations(groups);

/** Groups of a provider: what they give here, its mapping says. */
export const groupOperations = {
  scimListGroups: operations.list,
  scimGetGroup: operations.get,
  scimCreateGroup: operations.create,
  scimReplaceGroup: operations.replace,
  scimPatchGroup: operations.patch,
  scimDeleteGroup: operations.remove,
};

function audit(
  context: CommandContext,
  provider: ProviderRow,
  given: {
    readonly row: ScimGroupRow;
    readonly before?: ScimGroupRow;
    readonly added?: number;
    readonly removed?: number;
  },
): void {
  const { row, before, ...members } = given;
  context.audit({
    subject: `scim-group:${row.displayName}`,
    detail: { provider: provider.name, externalId: row.externalId, ...members },
    ...(before === undefined ? {} : { before }),
    after: row,
  });
}
