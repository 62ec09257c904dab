import type { AuditAction, Permission } from '@almanac/domain';
import type { Method } from './route.ts';

/** Where SCIM is spoken: it is a protocol of its own (RFC 7644), beside the REST API, with its own media type and errors. */
export const scimPrefix = '/scim/v2';

/** One operation of SCIM, in the terms of the route table: what it asks of its caller, and what it leaves in the audit. */
export interface ScimRoute {
  readonly method: Method;
  /** Below the prefix. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly permission: Extract<Permission, 'scim-client'>;
  readonly audit: AuditAction | null;
}

function scimRoute<const R extends Omit<ScimRoute, 'permission'>>(route: R): R & Pick<ScimRoute, 'permission'> {
  return { ...route, permission: 'scim-client' };
}

/** Every operation of SCIM by its name. */
export const scimRoutes = {
  scimServiceProviderConfig: scimRoute({
    method: 'GET',
    path: '/ServiceProviderConfig',
    summary: 'Says what of SCIM is spoken here',
    audit: null,
  }),
  scimResourceTypes: scimRoute({
    method: 'GET',
    path: '/ResourceTypes',
    summary: 'Lists Users and Groups',
    audit: null,
  }),
  scimResourceType: scimRoute({ method: 'GET', path: '/ResourceTypes/:id', summary: 'Shows one of them', audit: null }),
  scimSchemas: scimRoute({ method: 'GET', path: '/Schemas', summary: 'Lists what is kept of each', audit: null }),
  scimSchema: scimRoute({ method: 'GET', path: '/Schemas/:id', summary: 'Shows what is kept of one', audit: null }),
  scimListUsers: scimRoute({ method: 'GET', path: '/Users', summary: 'Lists people of the provider', audit: null }),
  scimGetUser: scimRoute({ method: 'GET', path: '/Users/:id', summary: 'Shows a person of the provider', audit: null }),
  scimCreateUser: scimRoute({
    method: 'POST',
    path: '/Users',
    summary: 'Makes an account for a person of the provider',
    audit: 'scim-user-created',
  }),
  scimReplaceUser: scimRoute({
    method: 'PUT',
    path: '/Users/:id',
    summary: 'Changes a person of the provider, as a whole',
    audit: 'scim-user-changed',
  }),
  scimPatchUser: scimRoute({
    method: 'PATCH',
    path: '/Users/:id',
    summary: 'Changes a person of the provider, in parts',
    audit: 'scim-user-changed',
  }),
  scimDeleteUser: scimRoute({
    method: 'DELETE',
    path: '/Users/:id',
    summary: 'Deactivates the account of a person whom the provider has no longer',
    audit: 'scim-user-deleted',
  }),
  scimListGroups: scimRoute({ method: 'GET', path: '/Groups', summary: 'Lists groups of the provider', audit: null }),
  scimGetGroup: scimRoute({
    method: 'GET',
    path: '/Groups/:id',
    summary: 'Shows a group of the provider',
    audit: null,
  }),
  scimCreateGroup: scimRoute({
    method: 'POST',
    path: '/Groups',
    summary: 'Adds a group of the provider',
    audit: 'scim-group-created',
  }),
  scimReplaceGroup: scimRoute({
    method: 'PUT',
    path: '/Groups/:id',
    summary: 'Changes a group of the provider, as a whole',
    audit: 'scim-group-changed',
  }),
  scimPatchGroup: scimRoute({
    method: 'PATCH',
    path: '/Groups/:id',
    summary: 'Changes a group of the provider, in parts',
    audit: 'scim-group-changed',
  }),
  scimDeleteGroup: scimRoute({
    method: 'DELETE',
    path: '/Groups/:id',
    summary: 'Removes a group of the provider, and what it gave',
    audit: 'scim-group-deleted',
  }),
} as const satisfies Record<string, ScimRoute>;

export type ScimOperationName = keyof typeof scimRoutes;
