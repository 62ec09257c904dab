import { describe, expect, it } from 'vitest';
import { emptyLdap, usualOfWindows, withSubject } from './ldap-form.view-model.ts';
import { emptyOidc } from './oidc-form.view-model.ts';
import { directory, provider, samlProvider, version } from './provider-for-tests.ts';
import { commandOf, emptyForm, formOf, missingIn, requestOf } from './provider-form.view-model.ts';

describe('the form of a provider', () => {
  it('gives back what it was filled with, and no secret', () => {
    const request = requestOf(formOf(provider), version);

    expect(request.configuration).toEqual(version.configuration);
    expect(request.secrets).toEqual({});
    expect(request.arrival).toEqual({
      provisioning: 'mapped',
      defaultRole: 'viewer',
      mappings: [{ group: 'g-1', role: 'developer', team: 'web' }],
    });
  });

  it('sends a secret that was filled in, and leaves out empty lines', () => {
    const request = requestOf({
      ...emptyForm,
      name: 'acme',
      oidc: { ...emptyOidc, clientSecret: 'x', scopes: ' openid  profile,groups ' },
      mappings: [{ group: '', role: '', team: '' }],
    });

    expect(request).toMatchObject({ displayName: 'acme', secrets: { clientSecret: 'x' }, arrival: { mappings: [] } });
    expect(request.configuration).toMatchObject({ scopes: ['profile', 'groups'] });
  });

  it('says what is missing', () => {
    expect(missingIn(emptyForm)).toBeNull();
    expect(missingIn({ ...emptyForm, provisioning: 'everybody' })).toContain('no group says otherwise');
    expect(missingIn({ ...emptyForm, mappings: [{ group: 'g', role: '', team: '' }] })).toContain('each group');
  });

  it('has a command that does the same', () => {
    expect(commandOf(formOf(provider))).toBe(
      'almanac provider add acme --issuer https://login.example.com --client-id almanac --secret-stdin --scope profile --scope groups --accounts mapped --role viewer --group "g-1=developer@web"',
    );
  });

  it('says of Entra ID by which key people are known', () => {
    const form = { ...emptyForm, name: 'acme', oidc: { ...emptyOidc, subjectClaim: 'oid' as const } };

    expect(requestOf(form).configuration).toMatchObject({ claims: { subject: 'oid' } });
    expect(commandOf(form)).toContain('--subject-claim oid');
  });

  it('gives back a provider of SAML as well, and has its command', () => {
    const bySaml = { ...provider, kind: 'saml' as const, draft: { ...version, configuration: samlProvider } };

    expect(requestOf(formOf(bySaml), bySaml.draft).configuration).toEqual(samlProvider);
    expect(requestOf(formOf(bySaml), bySaml.draft).secrets).toEqual({});
    expect(commandOf(formOf(bySaml))).toContain(
      'almanac provider add acme --saml-metadata <metadata.xml> --signed response --subject-attribute "employee" --groups-attribute "memberOf"',
    );
    const { saml } = formOf(bySaml);
    const signing = { ...saml, subjectAttribute: ' ', requestCertificate: 'c', requestKey: 'k\n' };
    expect(requestOf({ ...emptyForm, kind: 'saml', saml: signing })).toMatchObject({
      configuration: { attributes: { subject: null }, requestCertificate: 'c' },
      secrets: { requestKey: 'k' },
    });
    expect(commandOf({ ...emptyForm, kind: 'saml', saml: signing })).toContain('--request-certificate');
  });

  it('gives back a directory as well, and has its command', () => {
    const inDirectory = { ...provider, kind: 'ldap' as const, draft: { ...version, configuration: directory } };

    expect(requestOf(formOf(inDirectory), inDirectory.draft).configuration).toEqual(directory);
    expect(commandOf(formOf(inDirectory))).toBe(
      'almanac provider add acme --ldap-server ldaps://ldap.example.com --authority-file <ca.pem> --bind-dn "cn=almanac" --people-base "ou=people" --people-filter "(uid={name})" --subject objectGUID --group-base "ou=groups" --group-key entryUUID --direct-groups --secret-stdin --accounts mapped --role viewer --group "g-1=developer@web"',
    );
    const { ldap } = formOf(inDirectory);
    expect(requestOf({ ...emptyForm, kind: 'ldap', ldap: { ...ldap, authority: ' ', groupBase: '' } })).toMatchObject({
      configuration: { authority: null, groups: null },
      secrets: {},
    });
  });

  it('suggests what is usual beside a key, and leaves alone what somebody wrote', () => {
    const windows = withSubject(emptyLdap, 'objectGUID');
    const own = withSubject({ ...emptyLdap, peopleFilter: '(cn={name})' }, 'objectGUID');

    expect(windows).toMatchObject(usualOfWindows);
    expect(own).toMatchObject({ peopleFilter: '(cn={name})', nameAttribute: 'sAMAccountName' });
    expect(withSubject(windows, 'entryUUID')).toEqual(emptyLdap);
  });
});
