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
  'read-audit',
  'manage-installation',
] as const;
export type Right = (typeof rights)[number];

/**
 * What a route asks of its caller. `public` needs no sign-in, `signed-in` any principal but a builder, `builder` a
 * builder's token, `agent` a site's own credentials; the rest is asked of `authorize`.
 */
export type Permission = 'public' | 'signed-in' | 'builder' | 'agent' | `right:${Right}` | `capability:${Capability}`;
