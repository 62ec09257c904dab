import { capabilities, environmentTypes, rights } from '@almanac/domain';
import { z } from 'zod';
import { displayName, id, name, named, page, paging, reference, revision } from '../primitives.ts';
import { route } from '../route.ts';

const someCapabilities = z.array(z.enum(capabilities)).max(capabilities.length);

/** What a role holds: in environments by name, in those of a type, in all others, and of the installation. */
const roleContent = z.strictObject({
  displayName: displayName.optional(),
  environments: z.record(name, someCapabilities).optional(),
  types: z.partialRecord(z.enum(environmentTypes), someCapabilities).optional(),
  elsewhere: someCapabilities.optional(),
  rights: z.array(z.enum(rights)).max(rights.length).optional(),
});
export type RoleContent = z.output<typeof roleContent>;

export const accessRole = z
  .object({
    id: id<'role'>(),
    name,
    displayName,
    /** Whether every installation has it. */
    builtIn: z.boolean(),
    /** By name of an environment; one that is named here is not covered by its type, nor by `elsewhere`. */
    environments: z.record(z.string(), z.array(z.enum(capabilities))),
    types: z.partialRecord(z.enum(environmentTypes), z.array(z.enum(capabilities))),
    elsewhere: z.array(z.enum(capabilities)),
    rights: z.array(z.enum(rights)),
    /** How many times it is given: as a default role, in teams, and for applications. */
    given: z.int(),
    revision,
  })
  .meta({ id: 'Role' });
export type RoleView = z.output<typeof accessRole>;

/** What a change of a role gives to somebody, and takes away. */
export const affectedPrincipal = z
  .object({
    principal: named<'principal'>(),
    places: z.array(
      z.object({
        environment: named<'environment'>(),
        /** null: wherever no team and no grant speaks. */
        application: named<'application'>().nullable(),
        gained: z.array(z.enum(capabilities)),
        lost: z.array(z.enum(capabilities)),
      }),
    ),
    rights: z.object({ gained: z.array(z.enum(rights)), lost: z.array(z.enum(rights)) }),
  })
  .meta({ id: 'AffectedPrincipal' });
export type AffectedPrincipalView = z.output<typeof affectedPrincipal>;

const oneRole = z.object({ role: reference });

export const roleRoutes = {
  listRoles: route({
    method: 'GET',
    path: '/roles',
    summary: 'Lists roles with what they hold',
    permission: 'signed-in',
    audit: null,
    query: paging,
    response: page(accessRole),
  }),
  getRole: route({
    method: 'GET',
    path: '/roles/:role',
    summary: 'Shows one role',
    permission: 'signed-in',
    audit: null,
    params: oneRole,
    response: accessRole,
  }),
  createRole: route({
    method: 'POST',
    path: '/roles',
    summary: 'Makes a role; nobody makes one that holds more than they hold themselves',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'role-created',
    body: roleContent.extend({ name }),
    response: accessRole,
    status: 201,
  }),
  updateRole: route({
    method: 'PATCH',
    path: '/roles/:role',
    summary: 'Changes what a role holds, for everybody who has it; the administrator stays as it is',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'role-changed',
    params: oneRole,
    body: roleContent,
    response: accessRole,
    ifMatch: true,
  }),
  previewRole: route({
    method: 'POST',
    path: '/roles/:role/preview',
    summary: 'Says who could do other things than now if a role held this; nothing is changed',
    permission: 'right:manage-users',
    audit: { notAudited: 'it only says what a change would do' },
    params: oneRole,
    body: roleContent,
    /** `total` counts all of them; the list holds the first 200. */
    response: z.object({ affected: z.array(affectedPrincipal), total: z.int() }),
  }),
  deleteRole: route({
    method: 'DELETE',
    path: '/roles/:role',
    summary: 'Removes a role that nobody has',
    permission: 'right:manage-users',
    stepUp: true,
    audit: 'role-deleted',
    params: oneRole,
    ifMatch: true,
  }),
} as const;
