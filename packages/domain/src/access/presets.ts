import { type Capability, capabilities, type Right, rights } from './capabilities.ts';
import type { AccessRole } from './role.ts';

const seeing = ['access', 'list', 'monitor'] as const satisfies readonly Capability[];
const developing = [...seeing, 'reference', 'debug', 'change', 'deploy'] as const satisfies readonly Capability[];

type Preset = Omit<AccessRole, 'id' | 'inEnvironments'>;

const preset = (name: string, given: Partial<Omit<Preset, 'name'>>): Preset => ({
  name,
  inTypes: {},
  elsewhere: [],
  rights: [],
  ...given,
});

/** The roles that every installation has from its start. `administrator` stays as it is; the others may be changed. */
export const builtInRoles = {
  administrator: preset('Administrator', { elsewhere: capabilities, rights }),
  'release-manager': preset('Release manager', {
    elsewhere: [...seeing, 'reference', 'change', 'deploy', 'approve'],
    rights: ['create-applications', 'read-audit'],
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
  operator: preset('Operator', { elsewhere: [...seeing, 'debug', 'change', 'deploy'] }),
  auditor: preset('Auditor', { elsewhere: ['list', 'monitor'], rights: ['read-audit'] }),
} as const satisfies Record<string, Preset>;
export type BuiltInRole = keyof typeof builtInRoles;

/**
 * The seven cumulative levels that people know from other consoles, as sets of capabilities for one environment. `approve`
 * has a level of its own nowhere: it comes with full control.
 */
export const levels = {
  'no-access': [],
  access: ['access'],
  list: ['access', 'list'],
  'monitor-and-reference': ['access', 'list', 'monitor', 'reference'],
  'open-and-debug': ['access', 'list', 'monitor', 'reference', 'debug'],
  'change-and-deploy': ['access', 'list', 'monitor', 'reference', 'debug', 'change', 'deploy'],
  'full-control': capabilities,
} as const satisfies Record<string, readonly Capability[]>;
export type Level = keyof typeof levels;

/** Rights that include others: who manages all teams manages their own. */
export const impliedRights: Readonly<Partial<Record<Right, readonly Right[]>>> = {
  'manage-installation': ['manage-users', 'manage-environments', 'manage-teams', 'manage-own-team'],
  'manage-users': ['manage-teams', 'manage-own-team'],
  'manage-teams': ['manage-own-team'],
};
