import { auditCategories } from '../audit/audit-categories.ts';
import { type Capability, capabilities, type Right, rights } from './capabilities.ts';
import type { AccessRole } from './role.ts';

const seeing = ['access', 'list', 'monitor'] as const satisfies readonly Capability[];
const developing = [...seeing, 'reference', 'debug', 'change', 'deploy'] as const satisfies readonly Capability[];

type Preset = Omit<AccessRole, 'id' | 'name' | 'inEnvironments'>;

const preset = (displayName: string, given: Partial<Omit<Preset, 'displayName'>>): Preset => ({
  displayName,
  inTypes: {},
  elsewhere: [],
  rights: [],
  ...given,
});

/** The roles that every installation has from its start, by name. `administrator` stays as it is; the others may be changed. */
export const builtInRoles = {
  administrator: preset('Administrator', { elsewhere: capabilities, rights }),
  'release-manager': preset('Release manager', {
    elsewhere: [...seeing, 'reference', 'change', 'deploy', 'approve'],
    rights: [
      'create-applications',
      'read-audit-of-applications',
      'read-audit-of-deployments',
      'read-audit-of-settings',
    ],
  }),
  developer: preset('Developer', {
    inTypes: { development: developing, test: [...seeing, 'reference', 'debug'], production: ['list'] },
    elsewhere: seeing,
    rights: ['create-applications'],
  }),
  tester: preset('Tester', {
    inTypes: { test: [...seeing, 'reference', 'debug', 'deploy', 'approve'], production: ['list'] },
    elsewhere: seeing,
  }),
  operator: preset('Operator', {
    elsewhere: [...seeing, 'debug', 'change', 'deploy'],
  }),
  auditor: preset('Auditor', { elsewhere: ['list', 'monitor'], rights: ['read-audit'] }),
} as const satisfies Record<string, Preset>;
export type BuiltInRole = keyof typeof builtInRoles;

/**
 * The seven cumulative levels that people know from other consoles, as sets of capabilities for one environment. `approve`
 * has a level of its own nowhere: it comes with full control.
 */
export const accessLevels = {
  'no-access': [],
  access: ['access'],
  list: ['access', 'list'],
  'monitor-and-reference': ['access', 'list', 'monitor', 'reference'],
  'open-and-debug': ['access', 'list', 'monitor', 'reference', 'debug'],
  'change-and-deploy': ['access', 'list', 'monitor', 'reference', 'debug', 'change', 'deploy'],
  'full-control': capabilities,
} as const satisfies Record<string, readonly Capability[]>;
export type AccessLevel = keyof typeof accessLevels;

const auditOfPeople = ['read-audit-of-access', 'read-audit-of-sign-in'] as const;

/** Rights that include others: who manages all teams manages their own, and who manages people reads what was done to them. */
export const impliedRights: Readonly<Partial<Record<Right, readonly Right[]>>> = {
  'manage-installation': [
    'manage-users',
    'manage-environments',
    'manage-teams',
    'manage-own-team',
    ...auditOfPeople,
    'read-audit-of-installation',
  ],
  'manage-users': ['manage-teams', 'manage-own-team', ...auditOfPeople],
  'read-audit': auditCategories.map((category) => `read-audit-of-${category}` as const),
  'manage-teams': ['manage-own-team'],
};
