import type { LdapConfiguration } from '@almanac/protocol';

/** What people fill in of a directory. */
export interface LdapForm {
  readonly server: string;
  /** Empty where public authorities are trusted. */
  readonly authority: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly peopleBase: string;
  readonly peopleFilter: string;
  readonly subject: LdapConfiguration['people']['subject'];
  readonly nameAttribute: string;
  /** Empty where groups are not asked for. */
  readonly groupBase: string;
  readonly groupFilter: string;
  readonly groupKey: NonNullable<LdapConfiguration['groups']>['key'];
  readonly nested: boolean;
  readonly trusted: NonNullable<LdapConfiguration['secondFactor']>['trusted'];
}

export const emptyLdap: LdapForm = {
  server: '',
  authority: '',
  bindDn: '',
  bindPassword: '',
  peopleBase: '',
  peopleFilter: '(&(objectClass=person)(uid={name}))',
  subject: 'entryUUID',
  nameAttribute: 'uid',
  groupBase: '',
  groupFilter: '(objectClass=*)',
  groupKey: 'dn',
  nested: true,
  trusted: 'never',
};

/** What is usual in Active Directory, for whoever chooses its key. */
export const usualOfWindows = {
  subject: 'objectGUID',
  nameAttribute: 'sAMAccountName',
  peopleFilter: '(&(objectCategory=person)(objectClass=user)(sAMAccountName={name}))',
  groupFilter: '(objectClass=group)',
} as const satisfies Partial<LdapForm>;

/** The form for another key of people; what nobody changed yet becomes what is usual beside it. */
export function withSubject(form: LdapForm, subject: LdapForm['subject']): LdapForm {
  const [from, to] = subject === 'objectGUID' ? [emptyLdap, usualOfWindows] : [usualOfWindows, emptyLdap];
  const usual = (field: 'nameAttribute' | 'peopleFilter' | 'groupFilter') =>
    form[field] === from[field] ? to[field] : form[field];
  return {
    ...form,
    subject,
    nameAttribute: usual('nameAttribute'),
    peopleFilter: usual('peopleFilter'),
    groupFilter: usual('groupFilter'),
  };
}

export function ldapFormOf({ server, authority, bindDn, people, groups, secondFactor }: LdapConfiguration): LdapForm {
  return {
    server,
    authority: authority ?? '',
    bindDn,
    bindPassword: '',
    peopleBase: people.base,
    peopleFilter: people.filter,
    subject: people.subject,
    nameAttribute: people.name,
    groupBase: groups?.base ?? '',
    groupFilter: groups?.filter ?? emptyLdap.groupFilter,
    groupKey: groups?.key ?? emptyLdap.groupKey,
    nested: groups?.nested ?? emptyLdap.nested,
    trusted: secondFactor?.trusted ?? emptyLdap.trusted,
  };
}

export function ldapConfigurationOf(form: LdapForm, before: LdapConfiguration | undefined) {
  return {
    kind: 'ldap' as const,
    server: form.server.trim(),
    authority: form.authority.trim() === '' ? null : form.authority.trim(),
    bindDn: form.bindDn.trim(),
    people: {
      ...before?.people,
      base: form.peopleBase.trim(),
      filter: form.peopleFilter.trim(),
      subject: form.subject,
      name: form.nameAttribute.trim(),
    },
    groups:
      form.groupBase.trim() === ''
        ? null
        : {
            ...before?.groups,
            base: form.groupBase.trim(),
            filter: form.groupFilter.trim(),
            key: form.groupKey,
            nested: form.nested,
          },
    ...(form.trusted === 'never' && before?.secondFactor === undefined
      ? {}
      : { secondFactor: { trusted: form.trusted } }),
  };
}

/** The options of the command that says the same. */
export function ldapOptions(form: LdapForm): readonly string[] {
  return [
    `--ldap-server ${form.server || '<url>'}`,
    ...(form.authority === '' ? [] : ['--authority-file <ca.pem>']),
    `--bind-dn "${form.bindDn || '<dn>'}"`,
    `--people-base "${form.peopleBase || '<dn>'}"`,
    `--people-filter "${form.peopleFilter}"`,
    ...(form.subject === emptyLdap.subject ? [] : [`--subject ${form.subject}`]),
    ...(form.nameAttribute === emptyLdap.nameAttribute ? [] : [`--name-attribute ${form.nameAttribute}`]),
    ...(form.groupBase === '' ? [] : groupOptions(form)),
    ...(form.trusted === 'never' ? [] : [`--trust-second-factor ${form.trusted}`]),
    '--secret-stdin',
  ];
}

function groupOptions(form: LdapForm): readonly string[] {
  return [
    `--group-base "${form.groupBase}"`,
    ...(form.groupFilter === emptyLdap.groupFilter ? [] : [`--group-filter "${form.groupFilter}"`]),
    ...(form.groupKey === emptyLdap.groupKey ? [] : [`--group-key ${form.groupKey}`]),
    ...(form.nested ? [] : ['--direct-groups']),
  ];
}
