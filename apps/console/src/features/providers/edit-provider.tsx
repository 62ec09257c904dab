import type { IdentityProvider } from '@almanac/protocol';
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { ArrivalFields } from './arrival-fields.tsx';
import { LdapFields } from './ldap-fields.tsx';
import { OidcFields } from './oidc-fields.tsx';
import { kindWords } from './provider.view-model.ts';
import { commandOf, emptyForm, formOf, missingIn, type ProviderForm, requestOf } from './provider-form.view-model.ts';
import { SamlFields } from './saml-fields.tsx';

const kinds = ['oidc', 'saml', 'ldap'] as const;

/** Asks what a provider is and whom it lets in; what is saved is a draft that nobody signs in with yet. */
export function EditProvider(props: { readonly provider?: IdentityProvider; readonly onDone: (name: string) => void }) {
  const { provider } = props;
  const queryClient = useQueryClient();
  const [form, setForm] = useState<ProviderForm>(provider === undefined ? emptyForm : formOf(provider));
  const change = (changed: Partial<ProviderForm>) => setForm({ ...form, ...changed });
  const before = provider?.draft ?? provider?.active ?? undefined;
  const save = useMutation({
    mutationFn: () =>
      provider === undefined
        ? api.createIdentityProvider({ body: { name: form.name, ...requestOf(form) } })
        : api.updateIdentityProvider({
            params: { provider: provider.name },
            revision: provider.revision,
            body: requestOf(form, before),
          }),
    onSuccess: async ({ name }) => {
      await queryClient.invalidateQueries({ queryKey: ['identity-providers'] });
      await queryClient.invalidateQueries({ queryKey: ['identity-provider'] });
      props.onDone(name);
    },
  });
  const missing = missingIn(form);
  return (
    <Form onSubmit={() => save.mutate()}>
      <Select
        label="Kind"
        disabled={provider !== undefined}
        data={kinds.map((value) => ({ value, label: kindWords[value] }))}
        value={form.kind}
        onChange={(value) => change({ kind: kinds.find((each) => each === value) ?? 'oidc' })}
      />
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens; it is part of addresses, and stays"
        required
        disabled={provider !== undefined}
        data-autofocus
        value={form.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label="What the sign-in page calls it"
        value={form.displayName}
        onChange={(event) => change({ displayName: event.currentTarget.value })}
      />
      {form.kind === 'oidc' ? (
        <OidcFields
          form={form.oidc}
          known={before !== undefined}
          change={(changed) => change({ oidc: { ...form.oidc, ...changed } })}
        />
      ) : null}
      {form.kind === 'ldap' ? (
        <LdapFields
          form={form.ldap}
          known={before !== undefined}
          change={(changed) => change({ ldap: { ...form.ldap, ...changed } })}
        />
      ) : null}
      {form.kind === 'saml' ? (
        <SamlFields
          form={form.saml}
          known={before !== undefined}
          change={(changed) => change({ saml: { ...form.saml, ...changed } })}
        />
      ) : null}
      <ArrivalFields form={form} change={change} />
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {provider === undefined ? <CommandLine command={commandOf(form)} /> : null}
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={missing !== null}>
          {provider === undefined ? `Add ${form.name || 'the provider'}` : 'Save as a draft'}
        </Button>
        {missing === null ? null : <span className="soft">{missing}</span>}
      </div>
    </Form>
  );
}
