import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { useMay } from '../access/use-may.ts';
import { PeopleTabs } from './people-tabs.tsx';
import { contentOf, roleForm } from './role-matrix.view-model.ts';

/** Sets of what people may do. */
export function RolesPage() {
  const [making, setMaking] = useState(false);
  const may = useMay('right:manage-users');
  const roles = useQuery({ queryKey: ['roles'], queryFn: () => api.listRoles({ query: { limit: 200 } }) });
  return (
    <Page
      title="Roles"
      under="What a role holds in each environment, and of the installation"
      actions={may ? <Button onClick={() => setMaking(true)}>Make a role</Button> : undefined}
    >
      <OfflineNote />
      <PeopleTabs active="/people/roles" />
      <div className="stack">
        <Read query={roles} skeleton={<SkeletonRows rows={6} columns={4} />}>
          {({ items }) => (
            <Table headings={['Role', 'Given', 'Where nothing else is said', 'Rights of the installation']}>
              {items.map((each) => (
                <tr key={each.id}>
                  <td>
                    <Link to="/people/roles/$role" params={{ role: each.name }}>
                      {each.displayName}
                    </Link>
                    {each.builtIn ? <div className="soft">built in</div> : null}
                  </td>
                  <td className="mono">{each.given}</td>
                  <td>{each.elsewhere.join(', ') || 'nothing'}</td>
                  <td>{each.rights.map((right) => right.replaceAll('-', ' ')).join(', ') || 'none'}</td>
                </tr>
              ))}
            </Table>
          )}
        </Read>
        <CommandLine command="almanac role create <role> --elsewhere list,monitor" />
      </div>
      <Modal opened={making} onClose={() => setMaking(false)} title="Make a role">
        {making ? <MakeRole /> : null}
      </Modal>
    </Page>
  );
}

/** A role begins as another one is; what it holds is said on its page. */
function MakeRole() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const roles = useQuery({ queryKey: ['roles'], queryFn: () => api.listRoles({ query: { limit: 200 } }) });
  const [name, setName] = useState('');
  const [like, setLike] = useState<string | null>('auditor');
  const make = useMutation({
    mutationFn: () => {
      const source = roles.data?.items.find((each) => each.name === like);
      const content = source === undefined ? {} : contentOf(roleForm(source));
      return api.createRole({ body: { ...content, name, displayName: name } });
    },
    onSuccess: async (role) => {
      await queryClient.invalidateQueries({ queryKey: ['roles'] });
      await navigate({ to: '/people/roles/$role', params: { role: role.name } });
    },
  });
  return (
    <Form onSubmit={() => make.mutate()}>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Begin with what this one holds"
        data={(roles.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
        value={like}
        clearable
        onChange={setLike}
      />
      {make.isError ? <ErrorNote error={make.error} /> : null}
      <div className="row">
        <Button type="submit" loading={make.isPending}>
          Make the role
        </Button>
      </div>
    </Form>
  );
}
