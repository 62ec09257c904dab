import type { ExternalIdentity, IdentityProviderId, SignInMethods } from '@almanac/domain';
import type { OidcConfiguration } from '@almanac/protocol';
import { ProviderFault } from './provider-fault.ts';
import { identityFaults, soundIdentity } from './sound-identity.ts';

/**
 * The person in what a provider said.
 *
 * @throws {ProviderFault} for what cannot be taken
 */
export function identityOf(
  provider: IdentityProviderId,
  claims: Readonly<Record<string, unknown>>,
  names: OidcConfiguration['claims'],
): ExternalIdentity {
  return soundIdentity({
    provider,
    subject: subjectIn(claims, names) ?? '',
    name: claims[names.name],
    displayName: claims[names.displayName],
    email: claims[names.email],
    groups: groupsOf(claims, names.groups),
  });
}

/** How somebody signed in, as an ID token says it; what is of another type says nothing. */
export function methodsIn({ amr, acr }: Readonly<Record<string, unknown>>): SignInMethods {
  return {
    amr: Array.isArray(amr) ? amr.filter((each) => typeof each === 'string') : [],
    acr: typeof acr === 'string' ? acr : null,
  };
}

/** The claim by which people are known at a provider. */
export function subjectClaimOf({ subject }: Pick<OidcConfiguration['claims'], 'subject'>): 'sub' | 'oid' {
  return subject ?? 'sub';
}

function subjectIn(claims: Readonly<Record<string, unknown>>, names: OidcConfiguration['claims']): string | undefined {
  const value = claims[subjectClaimOf(names)];
  return typeof value === 'string' ? value : undefined;
}

function groupsOf(claims: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const elsewhere = claims['_claim_names'];
  if (typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, name))
    throw new ProviderFault('provider', `it does not send the groups themselves; ${identityFaults['too-many-groups']}`);
  const value = claims[name];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string'))
    throw new ProviderFault('provider', `the claim ${name} is no list of texts`);
  return value as readonly string[];
}
