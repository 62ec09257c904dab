import type { Id } from '../identity/id.ts';

export type IdentityProviderId = Id<'identity-provider'>;
export type ExternalIdentityId = Id<'external-identity'>;

/** How providers are spoken to: OpenID Connect, a directory by LDAP, or SAML 2.0. */
export const providerKinds = ['oidc', 'ldap', 'saml'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Somebody as a provider knows them; whatever the protocol, it has verified this before anybody sees it. */
export interface ExternalIdentity {
  readonly provider: IdentityProviderId;
  /** What stays the same for a person at this provider, for ever, and is given to nobody else. Never an address. */
  readonly subject: string;
  /** What the account should be called. Others can choose it: it identifies nobody. */
  readonly name: string | null;
  readonly displayName: string | null;
  /** To be shown. Whoever else has the same address is not the same person. */
  readonly email: string | null;
  /** By their immutable keys or names, as the provider says them. */
  readonly groups: readonly string[];
}

/** What is taken of one person: whoever is in more groups has a provider that should be asked for fewer. */
export const identityLimits = { groups: 500, group: 256, subject: 255, text: 200 } as const;

export type IdentityFault = 'no-subject' | 'subject-too-long' | 'too-many-groups' | 'group-too-long';

/** Why an identity is not taken, whatever it is; undefined for a sound one. */
export function identityFault(identity: Pick<ExternalIdentity, 'subject' | 'groups'>): IdentityFault | undefined {
  if (identity.subject === '') return 'no-subject';
  if (identity.subject.length > identityLimits.subject) return 'subject-too-long';
  if (identity.groups.length > identityLimits.groups) return 'too-many-groups';
  if (identity.groups.some((each) => each.length > identityLimits.group)) return 'group-too-long';
  return undefined;
}
