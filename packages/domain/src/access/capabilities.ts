import { auditCategories } from '../audit/audit-categories.ts';

/** What somebody may do in one environment; a role holds a set of them. */
export const capabilities = [
  'access',
  'list',
  'monitor',
  'reference',
  'debug',
  'change',
  'deploy',
  'approve',
  'administer',
] as const;
export type Capability = (typeof capabilities)[number];

/** What somebody may do with the installation as a whole. */
export const rights = [
  'create-applications',
  'manage-own-team',
  'manage-teams',
  'manage-users',
  'manage-environments',
  /** All of it, and what signs it. */
  'read-audit',
  ...auditCategories.map((category) => `read-audit-of-${category}` as const),
  'manage-installation',
] as const;
export type Right = (typeof rights)[number];

/**
 * What a route asks of its caller. `public` needs no sign-in, `arriving` a sign-in that lacks its second step at least,
 * `signed-in` any principal but a builder, `audit-reader` a right to read the audit or a category of it, `builder` a builder's
 * token, `agent` a site's own credentials, `scim-client` the token by which an identity provider speaks SCIM; the rest is asked
 * of `authorize`.
 */
export type Permission =
  | 'public'
  | 'arriving'
  | 'signed-in'
  | 'audit-reader'
  | 'builder'
  | 'agent'
  | 'scim-client'
  | `right:${Right}`
  | `capability:${Capability}`;
