/** Roles that somebody can be given, each with what it is for. */
export const assignableRoles = [
  { value: 'viewer', label: 'Viewer: looks' },
  { value: 'approver', label: 'Approver: looks, and approves plans' },
  { value: 'deployer', label: 'Deployer: composes and starts plans, changes settings' },
  { value: 'administrator', label: 'Administrator: everything' },
] as const;
export type AssignableRole = (typeof assignableRoles)[number]['value'];
