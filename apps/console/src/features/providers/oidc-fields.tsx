import { Select, TextInput } from '@mantine/core';
import { SecretField, textsOf } from './fields.tsx';
import type { OidcForm } from './oidc-form.view-model.ts';

/** What a provider that speaks OpenID Connect is. */
export function OidcFields(props: {
  readonly form: OidcForm;
  /** Whether it is there already: its issuer stays then, and so does its secret. */
  readonly known: boolean;
  readonly change: (changed: Partial<OidcForm>) => void;
}) {
  const { form, known, change } = props;
  const text = textsOf(props);
  return (
    <>
      <TextInput
        label="Issuer"
        description={
          known ? 'It stays: add another provider for another issuer' : 'Exactly as the provider writes it; it stays'
        }
        placeholder="https://login.example.com"
        required
        disabled={known}
        {...text('issuer')}
      />
      <TextInput label="Client ID" required {...text('clientId')} />
      <Select
        label="How Almanac shows who it is"
        data={[
          { value: 'client-secret-basic', label: 'Secret in the header (usual)' },
          { value: 'client-secret-post', label: 'Secret in the body' },
          { value: 'none', label: 'Nothing: a public client' },
        ]}
        value={form.authentication}
        onChange={(value) => change({ authentication: (value ?? 'client-secret-basic') as OidcForm['authentication'] })}
      />
      {form.authentication === 'none' ? null : (
        <SecretField label="Client secret" known={known} {...text('clientSecret')} />
      )}
      <TextInput
        label="Scopes"
        description="Beside openid; many providers want one for groups, and offline_access so that sessions can be checked again"
        {...text('scopes')}
      />
      <Select
        label="What never changes of a person"
        description="The key by which people are known; it stays. A directory sync sends the same one"
        disabled={known}
        data={[
          { value: 'sub', label: 'sub (usual)' },
          { value: 'oid', label: 'oid, the object ID of Entra ID' },
        ]}
        value={form.subjectClaim}
        onChange={(value) => change({ subjectClaim: value === 'oid' ? 'oid' : 'sub' })}
      />
      <div className="field-row">
        <TextInput label="Claim with the user name" required {...text('nameClaim')} />
        <TextInput label="Claim with the groups" required {...text('groupsClaim')} />
      </div>
      <Select
        label="Second factor at the provider"
        description="Where policy asks for one, ours is asked for unless this one counts"
        data={[
          { value: 'never', label: 'Does not count: ours is asked for (usual)' },
          { value: 'when-said', label: 'Counts when the ID token says so' },
          { value: 'always', label: 'Always counts: the provider lets in nobody without one' },
        ]}
        allowDeselect={false}
        value={form.trusted}
        onChange={(value) => change({ trusted: (value ?? 'never') as OidcForm['trusted'] })}
      />
      {form.trusted === 'when-said' ? (
        <div className="field-row">
          <TextInput label="Methods that show it (amr)" description="One of them is enough" {...text('amr')} />
          <TextInput label="Classes that show it (acr)" description="They are asked for as well" {...text('acr')} />
        </div>
      ) : null}
    </>
  );
}
