import type { RoleView } from '@almanac/protocol';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { useMay } from '../access/use-may.ts';
import { AffectedPeople } from './affected-people.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { RoleMatrix } from './role-matrix.tsx';
import { commandOf, contentOf, isChanged, roleForm } from './role-matrix.view-model.ts';
import { RoleRights } from './role-rights.tsx';

/** What a role holds; whom a change concerns stands below it before it is saved. */
export function RolePage() {
  const { role: name } = useParams({ from: '/signed-in/people/roles/$role' });
  const role = useQuery({ queryKey: ['role', name], queryFn: () => api.getRole({ params: { role: name } }) });
  return (
    <Page
      title={role.data?.displayName ?? name}
      under={
        role.data === undefined ? undefined : `Given ${role.data.given === 1 ? 'once' : `${role.data.given} times`}`
      }
    >
      <OfflineNote />
      <PeopleTabs active="/people/roles" />
      <Read query={role} skeleton={<SkeletonRows rows={9} columns={4} />}>
        {(found) => <EditRole key={`${found.id} ${found.revision}`} role={found} />}
      </Read>
    </Page>
  );
}

function EditRole({ role }: { readonly role: RoleView }) {
  const queryClient = useQueryClient();
  const manages = useMay('right:manage-users');
  const fixed = role.builtIn && role.name === 'administrator';
  const editable = manages && !fixed;
  const [form, setForm] = useState(() => roleForm(role));
  const params = { role: role.name };
  const preview = useMutation({ mutationFn: () => api.previewRole({ params, body: contentOf(form) }) });
  const save = useMutation({
    mutationFn: () => api.updateRole({ params, body: contentOf(form), revision: role.revision }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['role', role.name] });
      void queryClient.invalidateQueries({ queryKey: ['roles'] });
      void queryClient.invalidateQueries({ queryKey: ['me'] });
    },
  });
  const change = (next: typeof form) => {
    preview.reset();
    save.reset();
    setForm(next);
  };
  const changed = isChanged(form, role);
  return (
    <div className="stack">
      {fixed ? <p className="soft">The administrator holds everything, and that is never changed.</p> : null}
      {editable ? (
        <TextInput
          className="field-narrow"
          label="Shown as"
          value={form.displayName}
          onChange={(event) => change({ ...form, displayName: event.currentTarget.value })}
        />
      ) : null}
      <RoleMatrix form={form} editable={editable} onChange={change} />
      <RoleRights form={form} editable={editable} onChange={change} />
      {editable ? (
        <>
          {preview.data === undefined ? null : <AffectedPeople preview={preview.data} />}
          {preview.isError ? <ErrorNote error={preview.error} /> : null}
          {save.isError ? <ErrorNote error={save.error} /> : null}
          <div className="row">
            {preview.data === undefined ? (
              <Button disabled={!changed} loading={preview.isPending} onClick={() => preview.mutate()}>
                See whom it concerns
              </Button>
            ) : (
              <Button loading={save.isPending} onClick={() => save.mutate()}>
                Change the role {role.displayName}
              </Button>
            )}
            <Button variant="default" disabled={!changed} onClick={() => change(roleForm(role))}>
              Take my changes back
            </Button>
          </div>
          <CommandLine command={commandOf(role.name, form)} />
        </>
      ) : null}
    </div>
  );
}
