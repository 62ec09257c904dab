import { Button, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { useApplications, usePrincipals, useRoles } from './use-names.ts';

/** Roles for single applications. */
export function GrantsPage() {
  const queryClient = useQueryClient();
  const grants = useQuery({ queryKey: ['grants'], queryFn: () => api.listGrants({ query: { limit: 200 } }) });
  const remove = useMutation({
    mutationFn: (params: { readonly application: string; readonly principal: string }) => api.deleteGrant({ params }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['grants'] }),
  });
  return (
    <Page title="Grants" under="A role for one application; it alone counts there, before any team">
      <OfflineNote />
      <PeopleTabs active="/people/grants" />
      <div className="stack">
        <Read query={grants} skeleton={<SkeletonRows rows={3} columns={4} />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing is granted">
                <p>What people may do follows from their teams and default roles.</p>
              </Empty>
            ) : (
              <Table headings={['Application', 'Who', 'Role']} actions>
                {items.map(({ application, principal, role }) => (
                  <tr key={`${application.id} ${principal.id}`}>
                    <td>{application.name}</td>
                    <td>{principal.name}</td>
                    <td>{role.name}</td>
                    <td>
                      <Button
                        variant="default"
                        aria-label={`Take back what ${principal.name} has for ${application.name}`}
                        onClick={() => remove.mutate({ application: application.name, principal: principal.name })}
                      >
                        Take back
                      </Button>
                    </td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Read>
        {remove.isError ? <ErrorNote error={remove.error} /> : null}
        <Grant />
      </div>
    </Page>
  );
}

function Grant() {
  const queryClient = useQueryClient();
  const [applications, people, roles] = [useApplications(), usePrincipals(), useRoles()];
  const [application, setApplication] = useState<string | null>(null);
  const [principal, setPrincipal] = useState<string | null>(null);
  const [role, setRole] = useState<string | null>(null);
  const ready = application !== null && principal !== null && role !== null;
  const give = useMutation({
    mutationFn: async () => {
      if (ready) await api.setGrant({ params: { application, principal }, body: { role } });
    },
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['grants'] }),
  });
  return (
    <Form className="stack-small" aria-label="Grant a role for an application" onSubmit={() => give.mutate()}>
      <div className="people-fields">
        <Select label="Application" data={[...applications]} value={application} searchable onChange={setApplication} />
        <Select label="Who" data={[...people]} value={principal} searchable onChange={setPrincipal} />
        <Select label="Role" data={[...roles]} value={role} onChange={setRole} />
        <Button type="submit" disabled={!ready} loading={give.isPending}>
          Grant the role
        </Button>
      </div>
      {give.isError ? <ErrorNote error={give.error} /> : null}
      <CommandLine
        command={`almanac grant set ${application ?? '<application>'} ${principal ?? '<person>'} --role ${role ?? '<role>'}`}
      />
    </Form>
  );
}
