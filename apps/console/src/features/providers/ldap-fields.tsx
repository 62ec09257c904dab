import { Checkbox, Select, TextInput } from '@mantine/core';
import { PastedField, SecretField, textsOf } from './fields.tsx';
import { type LdapForm, withSubject } from './ldap-form.view-model.ts';

interface FieldsProps {
  readonly form: LdapForm;
  /** Whether it is there already: its host and its kind of key stay then, and so does its password. */
  readonly known: boolean;
  readonly change: (changed: Partial<LdapForm>) => void;
}

/** What a directory is, and how people and groups are found in it. */
export function LdapFields(props: FieldsProps) {
  const { form, known, change } = props;
  const text = textsOf(props);
  return (
    <>
      <TextInput
        label="Server"
        description={
          known
            ? 'Its host stays: add another provider for another directory'
            : 'ldaps:// for TLS, or ldap:// with StartTLS; nothing is said to it without encryption'
        }
        placeholder="ldaps://ldap.example.com"
        required
        {...text('server')}
      />
      <PastedField
        label="Authority of its certificate"
        description="As PEM; empty where a public authority signed it"
        placeholder="-----BEGIN CERTIFICATE-----"
        {...text('authority')}
      />
      <TextInput
        label="Bind DN"
        description="Whom Almanac signs in as to look people up; an account that can only read"
        placeholder="cn=almanac,ou=services,dc=example,dc=com"
        required
        {...text('bindDn')}
      />
      <SecretField label="Password of the bind DN" known={known} {...text('bindPassword')} />
      <PeopleFields {...props} />
      <GroupFields {...props} />
      <Select
        label="Second factor at the directory"
        description="Where policy asks for one, ours is asked for unless the directory asks for one itself"
        data={[
          { value: 'never', label: 'Does not count: ours is asked for (usual)' },
          { value: 'always', label: 'Always counts: the directory lets in nobody without one' },
        ]}
        allowDeselect={false}
        value={form.trusted}
        onChange={(value) => change({ trusted: value === 'always' ? 'always' : 'never' })}
      />
    </>
  );
}

function PeopleFields(props: FieldsProps) {
  const { form, known, change } = props;
  const text = textsOf(props);
  return (
    <fieldset className="field-group stack-small">
      <legend>People</legend>
      <Select
        label="Key of a person"
        description={known ? 'It stays' : 'What never changes, and is given to nobody else'}
        disabled={known}
        data={[
          { value: 'entryUUID', label: 'entryUUID (OpenLDAP and most others)' },
          { value: 'objectGUID', label: 'objectGUID (Active Directory)' },
          { value: 'nsUniqueId', label: 'nsUniqueId (389 Directory Server)' },
          { value: 'ipaUniqueID', label: 'ipaUniqueID (FreeIPA)' },
        ]}
        value={form.subject}
        onChange={(value) => change(withSubject(form, (value ?? 'entryUUID') as LdapForm['subject']))}
      />
      <TextInput label="Where people are" placeholder="ou=people,dc=example,dc=com" required {...text('peopleBase')} />
      <TextInput
        label="Filter that finds a person"
        description="What somebody types takes the place of {name}"
        required
        {...text('peopleFilter')}
      />
      <TextInput label="Attribute with the user name" required {...text('nameAttribute')} />
    </fieldset>
  );
}

function GroupFields(props: FieldsProps) {
  const { form, change } = props;
  const text = textsOf(props);
  return (
    <fieldset className="field-group stack-small">
      <legend>Groups</legend>
      <TextInput
        label="Where groups are"
        description="Empty where nobody is let in by their groups"
        placeholder="ou=groups,dc=example,dc=com"
        {...text('groupBase')}
      />
      {form.groupBase === '' ? null : (
        <>
          <TextInput label="Filter of groups that count" required {...text('groupFilter')} />
          <Select
            label="Key of a group"
            description="What is compared below with what a group gives"
            data={[
              { value: 'dn', label: 'Distinguished name' },
              { value: 'entryUUID', label: 'entryUUID' },
              { value: 'objectGUID', label: 'objectGUID' },
            ]}
            value={form.groupKey}
            onChange={(value) => change({ groupKey: (value ?? 'dn') as LdapForm['groupKey'] })}
          />
          <Checkbox
            label="Members of a group in a group count as well"
            checked={form.nested}
            onChange={(event) => change({ nested: event.currentTarget.checked })}
          />
        </>
      )}
    </fieldset>
  );
}
