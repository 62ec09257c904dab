import type { Principal } from '@almanac/protocol';
import { Button, Menu, Modal, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { PasswordLink } from './password-link.tsx';
import { useRoles } from './use-names.ts';

export function PersonRow({ person }: { readonly person: Principal & { readonly active: boolean } }) {
  const queryClient = useQueryClient();
  const [changing, setChanging] = useState(false);
  const roles = useRoles();
  const params = { principal: person.id };
  const onSuccess = () => void queryClient.invalidateQueries({ queryKey: ['principals'] });
  const change = useMutation({
    mutationFn: (role: string) => api.updatePrincipal({ params, body: { role } }),
    onSuccess: () => {
      setChanging(false);
      onSuccess();
    },
  });
  const turn = useMutation({
    mutationFn: () =>
      person.active ? api.deactivatePrincipal({ params, body: {} }) : api.activatePrincipal({ params, body: {} }),
    onSuccess,
  });
  const link = useMutation({ mutationFn: () => api.makePasswordLink({ params, body: {} }) });
  const error = turn.error ?? link.error;
  return (
    <tr>
      <td>
        {person.displayName}
        {person.displayName === person.name ? null : <div className="soft mono">{person.name}</div>}
      </td>
      <td>{person.kind === 'user' ? 'person' : person.kind === 'builder' ? 'builder' : 'service account'}</td>
      <td>{person.role ?? '–'}</td>
      <td>{person.teams.map((each) => `${each.name} (${each.role})`).join(', ') || '–'}</td>
      <td>
        <StateMark
          health={person.active ? 'healthy' : 'offline'}
          word={person.active ? 'active' : 'deactivated'}
          showWord
        />
        {error === null ? null : <ErrorNote error={error} />}
      </td>
      <td>
        {person.kind === 'builder' ? null : (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label={`What you can do with ${person.name}`} loading={turn.isPending}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setChanging(true)}>Change the role…</Menu.Item>
              {person.kind === 'user' && person.active ? (
                <Menu.Item onClick={() => link.mutate()}>Make a link for a new password</Menu.Item>
              ) : null}
              <Menu.Item onClick={() => turn.mutate()}>{person.active ? 'Deactivate' : 'Activate'}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        <Modal opened={changing} onClose={() => setChanging(false)} title={`Change the role of ${person.name}`}>
          <div className="stack">
            <Select
              label="Role"
              data={[...roles]}
              value={person.role}
              disabled={change.isPending}
              onChange={(value) => value !== null && change.mutate(value)}
            />
            {change.isError ? <ErrorNote error={change.error} /> : null}
          </div>
        </Modal>
        <Modal opened={link.data !== undefined} onClose={() => link.reset()} title="A new password">
          {link.data === undefined ? null : <PasswordLink name={person.name} link={link.data} />}
        </Modal>
      </td>
    </tr>
  );
}
