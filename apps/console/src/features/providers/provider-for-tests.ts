import type { IdentityProvider, ProviderVersion } from '@almanac/protocol';

/** Any text serves as a key here. */
export const named = (name: string) => ({ id: name as never, name });
export const version: ProviderVersion = {
  number: 2,
  configuration: {
    kind: 'oidc',
    issuer: 'https://login.example.com',
    clientId: 'almanac',
    authentication: 'client-secret-post',
    scopes: ['profile', 'groups'],
    claims: { name: 'upn', displayName: 'name', email: 'mail', groups: 'roles' },
  },
  secrets: ['clientSecret'],
  provisioning: 'mapped',
  defaultRole: named('viewer'),
  mappings: [{ group: 'g-1', role: named('developer'), team: named('web') }],
  createdAt: '2026-11-21T10:00:00.000Z',
  createdBy: 'ada',
  triedAt: null,
  activatedAt: null,
  successes: 0,
  failures: 0,
  returned: null,
};
export const directory: ProviderVersion['configuration'] = {
  kind: 'ldap',
  server: 'ldaps://ldap.example.com',
  authority: '-----BEGIN CERTIFICATE-----',
  bindDn: 'cn=almanac',
  people: {
    base: 'ou=people',
    filter: '(uid={name})',
    subject: 'objectGUID',
    name: 'uid',
    displayName: 'cn',
    email: 'mail',
  },
  groups: { base: 'ou=groups', filter: '(objectClass=*)', member: 'member', key: 'entryUUID', nested: false },
};
export const samlProvider: ProviderVersion['configuration'] = {
  kind: 'saml',
  entityId: 'https://idp.example.com/saml',
  signInUrl: 'https://idp.example.com/sign-in',
  certificates: '-----BEGIN CERTIFICATE-----',
  signed: 'response',
  requestCertificate: null,
  attributes: { subject: 'employee', name: 'uid', displayName: 'cn', email: 'mail', groups: 'memberOf' },
};
export const provider: IdentityProvider = {
  id: 'x' as never,
  name: 'acme',
  displayName: 'Acme',
  kind: 'oidc',
  enabled: false,
  position: 1,
  active: null,
  draft: version,
  redirectUri: 'https://almanac.example.com/sign-in/callback/acme',
  logoutUri: null,
  metadataUri: null,
  identities: 0,
  revision: 1,
};
