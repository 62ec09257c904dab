import type { DryRun, IdentityProvider } from '@almanac/protocol';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

/** Asks for name and password of somebody in a directory; what comes of it is shown among the tries. */
export function TryByForm(props: {
  readonly provider: IdentityProvider;
  readonly dryRun: DryRun['id'];
  readonly onDone: () => void;
}) {
  const { provider } = props;
  const [person, setPerson] = useState({ name: '', password: '' });
  const sent = useMutation({
    mutationFn: () =>
      api.completeProviderSignIn({
        body: { kind: 'form', provider: provider.name, dryRun: props.dryRun, ...person },
      }),
    onSuccess: props.onDone,
  });
  return (
    <Form onSubmit={() => sent.mutate()}>
      <p style={{ margin: 0 }}>
        Sign in as somebody of {provider.displayName}: you see what Almanac would make of them, and nothing is changed.
      </p>
      <TextInput
        label="Name"
        required
        autoComplete="off"
        data-autofocus
        value={person.name}
        onChange={(event) => setPerson({ ...person, name: event.currentTarget.value })}
      />
      <PasswordInput
        label="Password"
        required
        autoComplete="off"
        value={person.password}
        onChange={(event) => setPerson({ ...person, password: event.currentTarget.value })}
      />
      {sent.isError ? <ErrorNote error={sent.error} /> : null}
      <div>
        <Button type="submit" loading={sent.isPending}>
          Try it
        </Button>
      </div>
    </Form>
  );
}
