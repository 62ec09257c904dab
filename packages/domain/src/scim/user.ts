import { refuse } from '../refusal/refusal.ts';
import { flagIn, isObject, knownPartOf, type ScimResource, scimLimits, textIn, valuesIn } from './resource.ts';
import { scimUserSchema } from './schema.ts';

interface ScimEmail {
  readonly value: string;
  readonly type: string | null;
  readonly primary: boolean;
}

/** What is kept of a person whom an identity provider sends. */
export interface ScimUser {
  readonly userName: string;
  /** The subject by which the sign-in with the provider finds the same person. */
  readonly externalId: string;
  readonly displayName: string | null;
  readonly name: {
    readonly formatted: string | null;
    readonly givenName: string | null;
    readonly familyName: string | null;
  };
  readonly emails: readonly ScimEmail[];
  readonly active: boolean;
}

/**
 * Reads a person out of what was sent, or of what a patch leaves.
 *
 * @throws {DomainError} `invalid-value` with what is wrong
 */
export function readScimUser(document: unknown): ScimUser {
  const resource = knownPartOf(scimUserSchema, document);
  const name = isObject(resource['name']) ? resource['name'] : {};
  return {
    userName: textIn(resource, 'userName') ?? refuse('invalid-value', 'userName is missing'),
    externalId:
      textIn(resource, 'externalId') ??
      refuse(
        'invalid-value',
        'externalId is missing: map the key that the person has in the sign-in of this provider to it',
      ),
    displayName: textIn(resource, 'displayName'),
    name: {
      formatted: textIn(name, 'formatted'),
      givenName: textIn(name, 'givenName'),
      familyName: textIn(name, 'familyName'),
    },
    emails: readEmails(resource),
    active: flagIn(resource, 'active') ?? true,
  };
}

/** Of several primary addresses the last one counts: it is the one that was set last. */
function readEmails(resource: ScimResource): readonly ScimEmail[] {
  const emails = valuesIn(resource, 'emails', scimLimits.values).flatMap((each): readonly ScimEmail[] => {
    const value = textIn(each, 'value');
    return value === null ? [] : [{ value, type: textIn(each, 'type'), primary: flagIn(each, 'primary') ?? false }];
  });
  const primary = emails.findLastIndex((each) => each.primary);
  return emails.map((each, index) => ({ ...each, primary: index === primary }));
}

/** The attributes of a person as they are sent; those that are empty are left out. */
export function scimUserResource(user: ScimUser): ScimResource {
  const { name, emails, ...rest } = user;
  return withoutNothing({
    ...rest,
    name: orNothing(withoutNothing(name)),
    emails: emails.length === 0 ? null : emails.map(withoutNothing),
  });
}

/** What people are called by others. */
export function scimDisplayName({ displayName, name, userName }: ScimUser): string {
  const parts = [name.givenName, name.familyName].filter((each) => each !== null).join(' ');
  return displayName ?? name.formatted ?? (parts === '' ? userName : parts);
}

/** The address to show; it identifies nobody. */
export function scimEmail({ emails }: ScimUser): string | null {
  return (emails.find((each) => each.primary) ?? emails[0])?.value ?? null;
}

function withoutNothing(resource: object): ScimResource {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== null));
}

function orNothing(resource: ScimResource): ScimResource | null {
  return Object.keys(resource).length === 0 ? null : resource;
}
