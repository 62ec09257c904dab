import type { ArrivalRequest, IdentityProvider, ProviderVersion } from '@almanac/protocol';
import { emptyLdap, type LdapForm, ldapConfigurationOf, ldapFormOf, ldapOptions } from './ldap-form.view-model.ts';
import { emptyOidc, type OidcForm, oidcConfigurationOf, oidcFormOf, oidcOptions } from './oidc-form.view-model.ts';
import { emptySaml, type SamlForm, samlConfigurationOf, samlFormOf, samlOptions } from './saml-form.view-model.ts';

export interface MappingForm {
  readonly group: string;
  readonly role: string;
  readonly team: string;
}

/** What people fill in. Of the kinds of provider, what is filled in for another one is kept while somebody looks around. */
export interface ProviderForm {
  readonly kind: 'oidc' | 'ldap' | 'saml';
  readonly name: string;
  readonly displayName: string;
  readonly oidc: OidcForm;
  readonly ldap: LdapForm;
  readonly saml: SamlForm;
  readonly provisioning: ProviderVersion['provisioning'];
  readonly defaultRole: string;
  readonly mappings: readonly MappingForm[];
}

export const emptyForm: ProviderForm = {
  kind: 'oidc',
  name: '',
  displayName: '',
  oidc: emptyOidc,
  ldap: emptyLdap,
  saml: emptySaml,
  provisioning: 'off',
  defaultRole: '',
  mappings: [],
};

/** The form of a provider as it is: its draft, or what is in force. */
export function formOf(provider: IdentityProvider): ProviderForm {
  const version = provider.draft ?? provider.active;
  if (version === null) return { ...emptyForm, name: provider.name, displayName: provider.displayName };
  const { configuration } = version;
  return {
    kind: configuration.kind,
    name: provider.name,
    displayName: provider.displayName,
    oidc: configuration.kind === 'oidc' ? oidcFormOf(configuration) : emptyOidc,
    ldap: configuration.kind === 'ldap' ? ldapFormOf(configuration) : emptyLdap,
    saml: configuration.kind === 'saml' ? samlFormOf(configuration) : emptySaml,
    provisioning: version.provisioning,
    defaultRole: version.defaultRole?.name ?? '',
    mappings: version.mappings.map(({ group, role, team }) => ({ group, role: role.name, team: team?.name ?? '' })),
  };
}

/** What is sent of a form. A secret that was not filled in stays as it is. */
export function requestOf(form: ProviderForm, before?: ProviderVersion) {
  return {
    displayName: form.displayName.trim() === '' ? form.name : form.displayName.trim(),
    configuration: configurationOf(form, before?.configuration),
    secrets: secretsOf(form),
    arrival: arrivalOf(form),
  };
}

function configurationOf(form: ProviderForm, before: ProviderVersion['configuration'] | undefined) {
  if (form.kind === 'oidc') return oidcConfigurationOf(form.oidc, before?.kind === 'oidc' ? before : undefined);
  return form.kind === 'ldap'
    ? ldapConfigurationOf(form.ldap, before?.kind === 'ldap' ? before : undefined)
    : samlConfigurationOf(form.saml, before?.kind === 'saml' ? before : undefined);
}

function secretsOf({ kind, oidc, ldap, saml }: ProviderForm) {
  if (kind === 'oidc') return oidc.clientSecret === '' ? {} : { clientSecret: oidc.clientSecret };
  if (kind === 'ldap') return ldap.bindPassword === '' ? {} : { bindPassword: ldap.bindPassword };
  return saml.requestKey.trim() === '' ? {} : { requestKey: saml.requestKey.trim() };
}

const optionsOf = (form: ProviderForm): readonly string[] => {
  if (form.kind === 'oidc') return oidcOptions(form.oidc);
  return form.kind === 'ldap' ? ldapOptions(form.ldap) : samlOptions(form.saml);
};

function arrivalOf({ provisioning, defaultRole, mappings }: ProviderForm): ArrivalRequest {
  return {
    provisioning,
    defaultRole: defaultRole === '' ? null : defaultRole,
    mappings: mappings
      .filter((each) => each.group !== '')
      .map(({ group, role, team }) => ({ group, role, team: team === '' ? null : team })),
  };
}

/** What keeps a form from being sent; null when nothing does. */
export function missingIn(form: ProviderForm): string | null {
  if (form.provisioning !== 'off' && form.defaultRole === '')
    return 'Say what people may do for whom no group says otherwise';
  if (form.mappings.some((each) => each.group !== '' && each.role === '')) return 'Say what each group gives';
  return null;
}

/** The command that adds the same. */
export function commandOf(form: ProviderForm): string {
  return [
    `almanac provider add ${form.name || '<name>'}`,
    ...optionsOf(form),
    ...(form.provisioning === 'off' ? [] : [`--accounts ${form.provisioning}`]),
    ...(form.defaultRole === '' ? [] : [`--role ${form.defaultRole}`]),
    ...form.mappings.map(
      ({ group, role, team }) => `--group "${group}=${role || '<role>'}${team === '' ? '' : `@${team}`}"`,
    ),
  ].join(' ');
}
