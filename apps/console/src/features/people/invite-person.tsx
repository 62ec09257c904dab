import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { PasswordLink } from './password-link.tsx';
import { useRoles } from './use-names.ts';

/** Makes an account for a person; the link to set the password is shown once. */
export function InvitePerson({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const roles = useRoles();
  const invite = useMutation({
    mutationFn: () => api.inviteUser({ body: { name, role } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['principals'] }),
  });
  if (invite.data !== undefined)
    return (
      <div className="stack">
        <PasswordLink name={invite.data.name} link={invite.data.link} />
        <div className="row">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    );
  return (
    <Form onSubmit={() => invite.mutate()}>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Default role"
        description="What they may do where no team speaks"
        data={[...roles]}
        value={role}
        onChange={(value) => setRole(value ?? 'viewer')}
      />
      {invite.isError ? <ErrorNote error={invite.error} /> : null}
      <div className="row">
        <Button type="submit" loading={invite.isPending}>
          Make the account
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}
