import type { SamlConfiguration } from '@almanac/protocol';

/** What people fill in of a provider that speaks SAML. */
export interface SamlForm {
  /** Pasted, to fill the three fields after it. */
  readonly metadata: string;
  readonly entityId: string;
  readonly signInUrl: string;
  readonly certificates: string;
  readonly signed: SamlConfiguration['signed'];
  /** Empty where requests are not signed. */
  readonly requestCertificate: string;
  readonly requestKey: string;
  /** Empty for the persistent NameID. */
  readonly subjectAttribute: string;
  readonly nameAttribute: string;
  readonly groupsAttribute: string;
}

export const emptySaml: SamlForm = {
  metadata: '',
  entityId: '',
  signInUrl: '',
  certificates: '',
  signed: 'assertion',
  requestCertificate: '',
  requestKey: '',
  subjectAttribute: '',
  nameAttribute: 'uid',
  groupsAttribute: 'groups',
};

export function samlFormOf(configuration: SamlConfiguration): SamlForm {
  const { entityId, signInUrl, certificates, signed, requestCertificate, attributes } = configuration;
  return {
    ...emptySaml,
    entityId,
    signInUrl,
    certificates,
    signed,
    requestCertificate: requestCertificate ?? '',
    subjectAttribute: attributes.subject ?? '',
    nameAttribute: attributes.name,
    groupsAttribute: attributes.groups,
  };
}

export function samlConfigurationOf(form: SamlForm, before: SamlConfiguration | undefined) {
  return {
    kind: 'saml' as const,
    entityId: form.entityId.trim(),
    signInUrl: form.signInUrl.trim(),
    certificates: form.certificates.trim(),
    signed: form.signed,
    requestCertificate: form.requestCertificate.trim() === '' ? null : form.requestCertificate.trim(),
    attributes: {
      ...before?.attributes,
      subject: form.subjectAttribute.trim() === '' ? null : form.subjectAttribute.trim(),
      name: form.nameAttribute.trim(),
      groups: form.groupsAttribute.trim(),
    },
  };
}

/** The options of the command that says the same. */
export function samlOptions(form: SamlForm): readonly string[] {
  return [
    '--saml-metadata <metadata.xml>',
    ...(form.signed === emptySaml.signed ? [] : [`--signed ${form.signed}`]),
    ...(form.requestCertificate === '' ? [] : ['--request-certificate <certificate.pem>', '--secret-stdin']),
    ...(form.subjectAttribute.trim() === '' ? [] : [`--subject-attribute "${form.subjectAttribute.trim()}"`]),
    ...(form.nameAttribute === emptySaml.nameAttribute ? [] : [`--name-attribute "${form.nameAttribute}"`]),
    ...(form.groupsAttribute === emptySaml.groupsAttribute ? [] : [`--groups-attribute "${form.groupsAttribute}"`]),
  ];
}
