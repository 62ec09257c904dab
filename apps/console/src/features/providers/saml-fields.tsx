import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { PastedField, textsOf } from './fields.tsx';
import type { SamlForm } from './saml-form.view-model.ts';

interface FieldsProps {
  readonly form: SamlForm;
  /** Whether it is there already: its entity ID and the key of people stay then. */
  readonly known: boolean;
  readonly change: (changed: Partial<SamlForm>) => void;
}

/** What a provider that speaks SAML is, and what it says of people. */
export function SamlFields(props: FieldsProps) {
  const { form, known, change } = props;
  const text = textsOf(props);
  return (
    <>
      <MetadataField {...props} />
      <TextInput
        label="Entity ID"
        description={
          known ? 'It stays: add another provider for another one' : 'Exactly as the provider calls itself; it stays'
        }
        placeholder="https://login.example.com/saml"
        required
        disabled={known}
        {...text('entityId')}
      />
      <TextInput
        label="Where people sign in"
        description="The address for requests by redirect"
        placeholder="https://login.example.com/saml/sign-in"
        required
        {...text('signInUrl')}
      />
      <PastedField
        label="Certificates it signs with"
        description="As PEM; two while the provider changes its key. Their keys count, and not their dates"
        placeholder="-----BEGIN CERTIFICATE-----"
        required
        {...text('certificates')}
      />
      <Select
        label="What has to be signed"
        data={[
          { value: 'assertion', label: 'The assertion (usual)' },
          { value: 'response', label: 'The response around it' },
        ]}
        value={form.signed}
        onChange={(value) => change({ signed: value === 'response' ? 'response' : 'assertion' })}
      />
      <RequestFields {...props} />
      <PersonFields {...props} />
    </>
  );
}

/** Metadata that is pasted fills the fields below; it is read by the server, as strictly as what the provider sends. */
function MetadataField(props: FieldsProps) {
  const { form, change, known } = props;
  const text = textsOf(props);
  const read = useMutation({
    mutationFn: () => api.readSamlMetadata({ body: { metadata: form.metadata } }),
    onSuccess: ({ entityId, signInUrl, certificates }) =>
      change({ metadata: '', signInUrl, certificates, ...(known ? {} : { entityId }) }),
  });
  return (
    <>
      <PastedField
        label="Metadata of the provider"
        description="Paste its XML to fill the next three fields, or fill them by hand"
        placeholder="<EntityDescriptor …"
        {...text('metadata')}
      />
      <div className="row">
        <Button
          variant="default"
          loading={read.isPending}
          disabled={form.metadata.trim() === ''}
          onClick={() => read.mutate()}
        >
          Read the metadata
        </Button>
        {read.data?.wantsSignedRequests === true ? (
          <span className="soft">This provider takes signed requests alone: give a certificate for them below</span>
        ) : null}
      </div>
      {read.isError ? <ErrorNote error={read.error} /> : null}
    </>
  );
}

function RequestFields(props: FieldsProps) {
  const { form, known } = props;
  const text = textsOf(props);
  return (
    <>
      <PastedField
        label="Certificate that requests are signed with"
        description="As PEM, with a key of RSA; empty leaves requests unsigned, which most providers take"
        placeholder="-----BEGIN CERTIFICATE-----"
        {...text('requestCertificate')}
      />
      {form.requestCertificate.trim() === '' ? null : (
        <PastedField
          label="Its private key"
          autoComplete="off"
          spellCheck={false}
          required={!known}
          description={
            known ? 'As PEM; empty leaves it as it is' : 'As PEM; it is kept encrypted, and never shown again'
          }
          {...text('requestKey')}
        />
      )}
    </>
  );
}

function PersonFields(props: FieldsProps) {
  const { known } = props;
  const text = textsOf(props);
  return (
    <fieldset className="field-group stack-small">
      <legend>People</legend>
      <TextInput
        label="Attribute that never changes of a person"
        description={
          known ? 'It stays' : 'Empty for the persistent NameID; never an address or a name, which are given to others'
        }
        disabled={known}
        {...text('subjectAttribute')}
      />
      <div className="field-row">
        <TextInput label="Attribute with the user name" required {...text('nameAttribute')} />
        <TextInput label="Attribute with the groups" required {...text('groupsAttribute')} />
      </div>
    </fieldset>
  );
}
