import { type ExternalIdentity, identityFault, identityLimits } from '@almanac/domain';
import { ProviderFault } from './provider-fault.ts';

export const identityFaults = {
  'no-subject': 'it does not say who the person is',
  'subject-too-long': `the key of the person has more than ${identityLimits.subject} characters`,
  'too-many-groups': `the person is in more than ${identityLimits.groups} groups; let the provider send only those that this client needs`,
  'group-too-long': `a group has more than ${identityLimits.group} characters`,
} as const;

/**
 * An identity as it may be taken: texts without what nobody is called by, each group once.
 *
 * @throws {ProviderFault} for what cannot be taken
 */
export function soundIdentity(
  said: Pick<ExternalIdentity, 'provider' | 'subject' | 'groups'> &
    Readonly<Record<'name' | 'displayName' | 'email', unknown>>,
): ExternalIdentity {
  const identity = {
    provider: said.provider,
    subject: said.subject,
    name: textOf(said.name),
    displayName: textOf(said.displayName),
    email: textOf(said.email),
    groups: [...new Set(said.groups)],
  };
  const fault = identityFault(identity);
  if (fault !== undefined) throw new ProviderFault('provider', identityFaults[fault]);
  return identity;
}

/** Control characters are nothing that people are called by. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.replaceAll(/\p{C}/gu, '').trim().slice(0, identityLimits.text);
  return text === '' ? null : text;
}
