import type { DryRun, IdentityProvider, ProviderConfiguration, ProviderVersion } from '@almanac/protocol';

/** How a provider is, as a mark and a word. */
export function stateOf({ enabled, active, draft }: Pick<IdentityProvider, 'enabled' | 'active' | 'draft'>): {
  readonly health: 'healthy' | 'offline' | 'waiting';
  readonly word: string;
} {
  if (draft !== null && !(enabled && active !== null))
    return { health: 'waiting', word: draft.triedAt === null ? 'to be tried' : 'to be activated' };
  return enabled && active !== null ? { health: 'healthy', word: 'in use' } : { health: 'offline', word: 'not in use' };
}

/** How a kind of provider is called. */
export const kindWords: Readonly<Record<IdentityProvider['kind'], string>> = {
  oidc: 'OpenID Connect',
  ldap: 'Directory (LDAP)',
  saml: 'SAML',
};

/** Where people of a provider are known, and what that is called. */
export function originOf(version: ProviderVersion | null): { readonly label: string; readonly text: string } {
  const configuration = version?.configuration;
  if (configuration?.kind === 'ldap') return { label: 'Server', text: configuration.server };
  if (configuration?.kind === 'saml') return { label: 'Entity ID', text: configuration.entityId };
  return { label: 'Issuer', text: configuration?.issuer ?? '' };
}

/** One thing that a configuration says; `exact` where every character counts. */
export interface ProviderFact {
  readonly what: string;
  readonly text: string;
  readonly exact: boolean;
}

/** What a configuration says, in the order of its form. */
export function factsOf(configuration: ProviderConfiguration): readonly ProviderFact[] {
  const exactly = (what: string, text: string) => ({ what, text, exact: true });
  const inWords = (what: string, text: string) => ({ what, text, exact: false });
  if (configuration.kind === 'oidc')
    return [
      exactly('Client', configuration.clientId),
      ...(configuration.authentication === 'none' ? [inWords('Secret', 'none: a public client')] : []),
      exactly('Scopes', `openid ${configuration.scopes.join(' ')}`),
    ];
  if (configuration.kind === 'saml')
    return [
      exactly('Sends people to', configuration.signInUrl),
      inWords('Has to be signed', `the ${configuration.signed}`),
      inWords('Requests', configuration.requestCertificate === null ? 'are not signed' : 'are signed'),
      exactly('Key of a person', configuration.attributes.subject ?? 'persistent NameID'),
      exactly('User name', configuration.attributes.name),
      exactly('Groups', configuration.attributes.groups),
    ];
  const { authority, bindDn, people, groups } = configuration;
  return [
    inWords('Certificate', authority === null ? 'by a public authority' : 'by the authority that was given'),
    exactly('Bind DN', bindDn),
    exactly('People', people.base),
    exactly('Found by', people.filter),
    exactly('Key of a person', people.subject),
    ...(groups === null
      ? [inWords('Groups', 'are not asked for')]
      : [
          exactly('Groups', groups.base),
          exactly('That count', groups.filter),
          inWords('Groups in groups', groups.nested ? 'count as well' : 'do not count'),
        ]),
  ];
}

/** The one next step of a provider; null where there is none. */
export function nextStep({ draft }: Pick<IdentityProvider, 'draft'>): 'try' | 'activate' | null {
  if (draft === null) return null;
  return draft.triedAt === null ? 'try' : 'activate';
}

/** Who gets an account by signing in, in words. */
export function accountWords({
  provisioning,
  defaultRole,
}: Pick<ProviderVersion, 'provisioning' | 'defaultRole'>): string {
  if (provisioning === 'off') return 'Nobody new: only accounts that are linked';
  const as = defaultRole === null ? '' : `, as ${defaultRole.name}`;
  return provisioning === 'everybody' ? `Everybody whom the provider lets in${as}` : `Whoever is in a group below${as}`;
}

const refusals: Readonly<Record<string, string>> = {
  'no-account': 'no account is linked to this person, and nobody gets one by signing in',
  deactivated: 'the account is deactivated',
  'in-no-mapped-group': 'the person is in none of the groups that are let in',
  'no-default-role': 'it is not said what somebody may do whom no group gives a role',
};

/** What a real sign-in would do, in a sentence. */
export function arrivalWords(arrival: NonNullable<DryRun['result']>['arrival']): string {
  if (arrival.kind === 'refused') return `Would be refused: ${refusals[arrival.why ?? ''] ?? arrival.why ?? ''}`;
  const given = [
    ...(arrival.defaultRole === null ? [] : [arrival.defaultRole]),
    ...arrival.memberships.map(({ team, role }) => `${role} in ${team}`),
  ];
  const as = given.length === 0 ? '' : `, as ${given.join(', ')}`;
  return arrival.kind === 'known' ? `Would be signed in as ${arrival.account}${as}` : `Would get a new account${as}`;
}

/** How a try stands, as a mark and a word. */
export function dryRunState({ outcome }: Pick<DryRun, 'outcome'>): {
  readonly health: 'healthy' | 'failed' | 'progressing';
  readonly word: string;
} {
  if (outcome === 'succeeded') return { health: 'healthy', word: 'succeeded' };
  return outcome === 'failed' ? { health: 'failed', word: 'failed' } : { health: 'progressing', word: 'under way' };
}

/** The names of providers with one of them a place further up. */
export function movedUp(names: readonly string[], name: string): readonly string[] {
  const at = names.indexOf(name);
  if (at < 1) return names;
  return [...names.slice(0, at - 1), name, ...names.slice(at - 1, at), ...names.slice(at + 1)];
}

/** What a try says of the second factor; nothing of tries of before. */
export function factorWords(counted: boolean | undefined): string {
  if (counted === undefined) return 'not said';
  return counted ? 'this sign-in had one that counts here' : 'ours is asked for where policy demands one';
}
