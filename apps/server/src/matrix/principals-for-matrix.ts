import type { Capability, Right } from '@almanac/domain';

/** Capabilities by environment; what is not named is none. */
type Held = Readonly<Partial<Record<'development' | 'production' | 'bunker', readonly Capability[]>>>;

/**
 * Somebody in the permission matrix: what they are given, and what they hold by that, worked out by hand. The shopfront is of
 * the team web, the strongroom of the team data; bunker is a staging environment.
 */
export interface MatrixPrincipal {
  readonly given:
    | { readonly kind: 'nobody' | 'builder' | 'agent' | 'garbage' | 'expired' | 'revoked' | 'deactivated' }
    | {
        readonly kind: 'user' | 'service';
        readonly role: string;
        readonly team?: readonly ['web' | 'data', string];
        readonly grant?: readonly ['shopfront' | 'strongroom', string];
      };
  /** Of each application, and of environments as such. */
  readonly shopfront: Held;
  readonly strongroom: Held;
  readonly itself: Held;
  readonly rights: readonly Right[];
}

const seeing = ['access', 'list', 'monitor'] as const;
const looking = ['list', 'monitor'] as const;
const all: readonly Capability[] = [
  ...['access', 'list', 'monitor', 'reference', 'debug', 'change', 'deploy', 'approve', 'administer'],
] as Capability[];
const developing = [...seeing, 'reference', 'debug', 'change', 'deploy'] as const;
const managing = [...seeing, 'reference', 'change', 'deploy', 'approve'] as const;
const operating = [...seeing, 'debug', 'change', 'deploy'] as const;

/** The same everywhere. */
const everywhere = (held: readonly Capability[]): Held => ({ development: held, production: held, bunker: held });
const evenly = (held: Held) => ({ shopfront: held, strongroom: held, itself: held });
const nothing = evenly({});

const everyAudit = [
  ...['read-audit-of-applications', 'read-audit-of-deployments', 'read-audit-of-settings'],
  ...['read-audit-of-access', 'read-audit-of-sign-in', 'read-audit-of-installation'],
] as Right[];

/** Roles of the matrix beside the built-in ones. */
export const matrixRoles: readonly {
  readonly name: string;
  readonly inTypes: Readonly<Record<string, readonly Capability[]>>;
  readonly elsewhere: readonly Capability[];
}[] = [
  { name: 'nobody', inTypes: {}, elsewhere: [] },
  {
    name: 'engineer',
    inTypes: { development: developing, production: [...looking, 'deploy'], staging: [] },
    elsewhere: [],
  },
  { name: 'lookout', inTypes: { staging: [] }, elsewhere: ['list'] },
  { name: 'warden', inTypes: { production: all }, elsewhere: [] },
  { name: 'stager', inTypes: { staging: [...looking, 'change', 'deploy'] }, elsewhere: [] },
];

const engineering: Held = {
  development: developing.filter((each) => each !== 'access'),
  production: [...looking, 'deploy'],
};

/** Whom the matrix asks for. */
export const matrixPrincipals: Readonly<Record<string, MatrixPrincipal>> = {
  'without a credential': { given: { kind: 'nobody' }, ...nothing, rights: [] },
  'a garbage token': { given: { kind: 'garbage' }, ...nothing, rights: [] },
  'an expired token': { given: { kind: 'expired' }, ...nothing, rights: [] },
  'a revoked token': { given: { kind: 'revoked' }, ...nothing, rights: [] },
  'somebody deactivated': { given: { kind: 'deactivated' }, ...nothing, rights: [] },
  'a builder': { given: { kind: 'builder' }, ...nothing, rights: [] },
  'an agent': { given: { kind: 'agent' }, ...nothing, rights: [] },
  'an administrator': {
    given: { kind: 'user', role: 'administrator' },
    ...evenly(everywhere(all)),
    rights: [
      ...['create-applications', 'manage-own-team', 'manage-teams', 'manage-users'],
      ...['manage-environments', 'read-audit', ...everyAudit, 'manage-installation'],
    ] as Right[],
  },
  'a release manager': {
    given: { kind: 'user', role: 'release-manager' },
    ...evenly(everywhere(managing)),
    rights: [
      'create-applications',
      'read-audit-of-applications',
      'read-audit-of-deployments',
      'read-audit-of-settings',
    ],
  },
  'a developer': {
    given: { kind: 'user', role: 'developer' },
    ...evenly({ development: developing, production: ['list'], bunker: seeing }),
    rights: ['create-applications'],
  },
  'a tester': {
    given: { kind: 'service', role: 'tester' },
    ...evenly({ development: seeing, production: ['list'], bunker: seeing }),
    rights: [],
  },
  'an operator': {
    given: { kind: 'user', role: 'operator' },
    ...evenly(everywhere(operating)),
    rights: [],
  },
  'an auditor': {
    given: { kind: 'user', role: 'auditor' },
    ...evenly(everywhere(looking)),
    rights: ['read-audit', ...everyAudit],
  },
  'somebody with nothing': { given: { kind: 'user', role: 'nobody' }, ...nothing, rights: [] },
  'an engineer of the team web': {
    given: { kind: 'user', role: 'nobody', team: ['web', 'engineer'] },
    shopfront: engineering,
    strongroom: {},
    itself: {},
    rights: [],
  },
  'an engineer of the team data': {
    given: { kind: 'service', role: 'nobody', team: ['data', 'engineer'] },
    shopfront: {},
    strongroom: engineering,
    itself: {},
    rights: [],
  },
  'somebody with a grant': {
    given: { kind: 'user', role: 'nobody', grant: ['shopfront', 'stager'] },
    shopfront: { bunker: [...looking, 'change', 'deploy'] },
    strongroom: {},
    itself: {},
    rights: [],
  },
  'an operator whom a grant takes away from': {
    given: { kind: 'user', role: 'operator', grant: ['shopfront', 'nobody'] },
    shopfront: {},
    strongroom: everywhere(operating),
    itself: everywhere(operating),
    rights: [],
  },
  'an operator of whom a team takes away': {
    given: { kind: 'user', role: 'operator', team: ['web', 'engineer'] },
    shopfront: engineering,
    strongroom: everywhere(operating),
    itself: everywhere(operating),
    rights: [],
  },
  'a lookout whom a team gives more': {
    given: { kind: 'user', role: 'lookout', team: ['web', 'engineer'] },
    shopfront: engineering,
    strongroom: { development: ['list'], production: ['list'] },
    itself: { development: ['list'], production: ['list'] },
    rights: [],
  },
  'a warden of production': {
    given: { kind: 'user', role: 'warden' },
    ...evenly({ production: all }),
    rights: [],
  },
};
