import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { PasswordLink } from './password-link.tsx';
import { type AssignableRole, assignableRoles } from './roles.ts';

/** Makes an account for a person; the link to set the password is shown once. */
export function InvitePerson({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [team, setTeam] = useState('');
  const [role, setRole] = useState<AssignableRole>('viewer');
  const invite = useMutation({
    mutationFn: () => api.inviteUser({ body: { name, role, ...(team === '' ? {} : { team }) } }),
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
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Role"
        data={[...assignableRoles]}
        value={role}
        allowDeselect={false}
        onChange={(value) => setRole((value ?? 'viewer') as AssignableRole)}
      />
      <TextInput
        label="Team"
        description="Whose approvals they give; none for nobody’s"
        value={team}
        onChange={(event) => setTeam(event.currentTarget.value)}
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
    </form>
  );
}
