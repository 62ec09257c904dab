import { factorTrusts, isClosedFilter, userFilterFault } from '@almanac/domain';
import { z } from 'zod';

const issuer = z
  .url({ protocol: /^https?$/, error: 'the address of the issuer, that begins with https://' })
  .max(500)
  .refine((text) => !URL.canParse(text) || (new URL(text).search === '' && new URL(text).hash === ''), {
    error: 'without ? and #',
  })
  .refine((text) => !URL.canParse(text) || new URL(text).username === '', {
    error: 'without a name or password in it',
  });

const claim = z.string().min(1).max(200);

/** What a provider says of a sign-in: a method, or a class. */
const said = z.array(z.string().trim().min(1).max(200)).max(20);

/** A provider that speaks OpenID Connect. */
export const oidcConfiguration = z
  .strictObject({
    kind: z.literal('oidc'),
    /** Exactly as the provider calls itself. It stays: the keys of people are of this issuer. */
    issuer,
    clientId: z.string().min(1).max(300),
    authentication: z.enum(['client-secret-basic', 'client-secret-post', 'none']).default('client-secret-basic'),
    /** What is asked for beside `openid`. */
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope, without spaces'))
      .max(20)
      .default(['profile', 'email']),
    /** Which claims say what. */
    claims: z
      .strictObject({
        /**
         * What never changes of a person; `sub` where it is not said. `oid` is for Entra ID, whose `sub` is another one for each
         * client, so that no directory sync can send it. Nothing that people choose serves. It stays, as the issuer does.
         */
        subject: z.enum(['sub', 'oid']).optional(),
        name: claim.default('preferred_username'),
        displayName: claim.default('name'),
        email: claim.default('email'),
        groups: claim.default('groups'),
      })
      .prefault({}),
    /**
     * Whether the provider is trusted with the second factor: `never`, so that ours is asked for; `when-said`, by the ID token;
     * or `always`, where it lets in nobody without one. Never where it is not said.
     */
    secondFactor: z
      .strictObject({
        trusted: z.enum(factorTrusts),
        /** Methods of which one has to be said (`amr`, RFC 8176). */
        amr: said.default(['mfa']),
        /** Or the class of the sign-in (`acr`). */
        acr: said.default([]),
      })
      .optional(),
  })
  .meta({ id: 'OidcConfiguration' });
export type OidcConfiguration = z.output<typeof oidcConfiguration>;

const distinguishedName = z
  .string()
  .trim()
  .min(3)
  .max(1000)
  .regex(/^[^\p{C}=]*=[^\p{C}]*$/u, 'a distinguished name, such as ou=people,dc=example,dc=com');
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of an attribute');
const filter = z
  .string()
  .trim()
  .max(2000)
  .refine(isClosedFilter, 'a filter in parentheses, all of them closed, such as (objectClass=person)');

const certificates = z
  .string()
  .trim()
  .max(65_536)
  .regex(
    /^(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/,
    'certificates as PEM, and nothing else: it is shown again',
  );

/** A directory that speaks LDAP version 3, Active Directory among them. What is said to it is always encrypted. */
export const ldapConfiguration = z
  .strictObject({
    kind: z.literal('ldap'),
    /**
     * `ldaps://host` for TLS from the beginning, `ldap://host` for StartTLS, which is never left out. The host stays: the
     * keys of people are of this directory.
     */
    server: z
      .string()
      .max(300)
      .regex(
        /^ldaps?:\/\/([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9]\d{0,4})?$/,
        'ldaps:// or ldap:// (with StartTLS), a host in lower case, and perhaps a port',
      )
      .refine((text) => URL.canParse(text), 'the port is none'),
    /** The authority that signed the certificate of the server, as PEM; null for those that are trusted publicly. */
    authority: certificates.nullable().default(null),
    /** Whom Almanac signs in as to look people up; the password is among the secrets. */
    bindDn: distinguishedName,
    people: z.strictObject({
      base: distinguishedName,
      /** Finds somebody by what they type, which takes the place of `{name}`, escaped. */
      filter: filter.superRefine((text, context) => {
        const fault = userFilterFault(text);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
      }),
      /** What stays the same for a person for ever, and is given to nobody else. It stays as well. */
      subject: z.enum(['entryUUID', 'objectGUID', 'nsUniqueId', 'ipaUniqueID']).default('entryUUID'),
      name: attribute.default('uid'),
      displayName: attribute.default('cn'),
      email: attribute.default('mail'),
    }),
    /** Where groups are; null where nobody asks for them. */
    groups: z
      .strictObject({
        base: distinguishedName,
        filter: filter.default('(objectClass=*)'),
        /** What lists the members of a group, by their distinguished names. */
        member: z.enum(['member', 'uniqueMember']).default('member'),
        /** By what groups are compared: names alone could be given to another group elsewhere in the directory. */
        key: z.enum(['dn', 'entryUUID', 'objectGUID']).default('dn'),
        /** Whether members of a group in a group are members. */
        nested: z.boolean().default(true),
      })
      .nullable()
      .default(null),
    /** Whether the directory itself asks for a second factor, so that ours is not asked for; never where it is not said. */
    secondFactor: z.strictObject({ trusted: z.enum(factorTrusts).exclude(['when-said']) }).optional(),
  })
  .meta({ id: 'LdapConfiguration' });
export type LdapConfiguration = z.output<typeof ldapConfiguration>;

const samlName = z
  .string()
  .trim()
  .min(1)
  .max(1024)
  .regex(/^[^\p{C}\s]+$/u, 'without spaces');

/** A provider that speaks SAML 2.0. Sign-ins begin here; it answers by POST. */
export const samlConfiguration = z
  .strictObject({
    kind: z.literal('saml'),
    /** Exactly as the provider calls itself. It stays: the keys of people are of this provider. */
    entityId: samlName,
    /** Where people are sent (the redirect binding). */
    signInUrl: z.url({ protocol: /^https$/, error: 'an address that begins with https://' }).max(2000),
    /** Whose keys sign what it sends; several while it changes them. The keys alone count, and no date of a certificate. */
    certificates,
    /** What has to be signed: the assertion, or the response around it. */
    signed: z.enum(['assertion', 'response']).default('assertion'),
    /** The certificate of the key that requests are signed with; null leaves them unsigned. The key is among the secrets. */
    requestCertificate: certificates.nullable().default(null),
    /** Which attributes say what. */
    attributes: z
      .strictObject({
        /**
         * What never changes of a person; the persistent NameID where it is null. Nothing that people choose, or that is given
         * to others later, serves. It stays, as the entity ID does.
         */
        subject: claim.nullable().default(null),
        name: claim.default('uid'),
        displayName: claim.default('displayName'),
        email: claim.default('mail'),
        groups: claim.default('groups'),
      })
      .prefault({}),
  })
  .meta({ id: 'SamlConfiguration' });
export type SamlConfiguration = z.output<typeof samlConfiguration>;

export const providerConfiguration = z.discriminatedUnion('kind', [
  oidcConfiguration,
  ldapConfiguration,
  samlConfiguration,
]);
export type ProviderConfiguration = z.output<typeof providerConfiguration>;

/**
 * What is kept sealed, and never shown again: `clientSecret` of OpenID Connect, `bindPassword` of a directory, and `requestKey`
 * of SAML, a private key as PEM.
 */
export const providerSecrets = z.strictObject({
  clientSecret: z.string().min(1).max(2000).optional(),
  bindPassword: z.string().min(1).max(500).optional(),
  requestKey: z.string().min(1).max(10_000).optional(),
});
export type ProviderSecrets = z.output<typeof providerSecrets>;
