import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { useMay } from '../access/use-may.ts';
import { PeopleTabs } from './people-tabs.tsx';

/** Who works together on which applications. */
export function TeamsPage() {
  const [making, setMaking] = useState(false);
  const may = useMay('right:manage-teams');
  const teams = useQuery({ queryKey: ['teams'], queryFn: () => api.listTeams({ query: { limit: 200 } }) });
  return (
    <Page
      title="Teams"
      under="A team owns applications, and its members have a role for them there"
      actions={may ? <Button onClick={() => setMaking(true)}>Make a team</Button> : undefined}
    >
      <OfflineNote />
      <PeopleTabs active="/people/teams" />
      <div className="stack">
        <Read query={teams} skeleton={<SkeletonRows rows={3} columns={3} />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="There are no teams">
                <p>
                  What people may do follows from their default roles alone. Make a team to say more of some
                  applications.
                </p>
              </Empty>
            ) : (
              <Table headings={['Team', 'Members', 'Applications']}>
                {items.map((each) => (
                  <tr key={each.id}>
                    <td>
                      <Link to="/people/teams/$team" params={{ team: each.name }}>
                        {each.displayName}
                      </Link>
                    </td>
                    <td className="mono">{each.members}</td>
                    <td className="mono">{each.applications}</td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Read>
        <CommandLine command="almanac team create <team>" />
      </div>
      <Modal opened={making} onClose={() => setMaking(false)} title="Make a team">
        {making ? <MakeTeam /> : null}
      </Modal>
    </Page>
  );
}

function MakeTeam() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.createTeam({ body: { name } }),
    onSuccess: async (team) => {
      await queryClient.invalidateQueries({ queryKey: ['teams'] });
      await navigate({ to: '/people/teams/$team', params: { team: team.name } });
    },
  });
  return (
    <Form onSubmit={() => make.mutate()}>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens, as manifests say it"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {make.isError ? <ErrorNote error={make.error} /> : null}
      <div className="row">
        <Button type="submit" loading={make.isPending}>
          Make the team
        </Button>
      </div>
    </Form>
  );
}
