import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';

export function SitesPage() {
  const [adding, setAdding] = useState(false);
  const sites = useQuery({
    queryKey: ['sites'],
    queryFn: () => api.listSites({ query: { limit: 200 } }),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Sites"
      under="Places in which environments run, each with its agent"
      actions={<Button onClick={() => setAdding(true)}>Add site</Button>}
    >
      <OfflineNote />
      <Read query={sites} skeleton={<SkeletonRows rows={3} columns={6} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No site yet">
              <Button onClick={() => setAdding(true)}>Add a site</Button>
            </Empty>
          ) : (
            <Table headings={['Site', 'Environment', 'Status', 'Seen', 'Generation', 'Agent', 'Front port']}>
              {items.map((site) => (
                <tr key={site.id}>
                  <td>
                    <Link to="/sites/$site" params={{ site: site.name }} search={{}}>
                      {site.name}
                    </Link>
                  </td>
                  <td>{site.environment.name}</td>
                  <td>
                    <StateOf state={site.status} />
                  </td>
                  <td>
                    <RelativeTime at={site.lastSeenAt} />
                  </td>
                  <td className="mono">
                    {site.generation.observed} of {site.generation.desired}
                  </td>
                  <td className="mono">{site.agentVersion ?? '–'}</td>
                  <td className="mono">{site.frontPort ?? '–'}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a site" size="lg">
        {adding ? <AddSite /> : null}
      </Modal>
    </Page>
  );
}

function AddSite() {
  const queryClient = useQueryClient();
  const [wanted, setWanted] = useState({ name: '', environment: '' });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const add = useMutation({
    mutationFn: () => api.createSite({ body: wanted }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['sites'] }),
  });
  if (add.data !== undefined) {
    return (
      <div className="stack">
        <p style={{ margin: 0 }}>Run this on the machine of the site. The token works once, and is not shown again.</p>
        <CommandLine command={`almanac agent run --server ${location.origin} --token ${add.data.enrolment.token}`} />
      </div>
    );
  }
  return (
    <Form onSubmit={() => add.mutate()}>
      <TextInput
        label="Name"
        required
        data-autofocus
        value={wanted.name}
        onChange={(event) => setWanted({ ...wanted, name: event.currentTarget.value })}
      />
      <Select
        label="Environment"
        required
        data={(environments.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
        value={wanted.environment}
        onChange={(environment) => setWanted({ ...wanted, environment: environment ?? '' })}
      />
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <CommandLine
        command={`almanac site add ${wanted.name || '<name>'} --env ${wanted.environment || '<environment>'}`}
      />
      <div>
        <Button type="submit" loading={add.isPending} disabled={wanted.name === '' || wanted.environment === ''}>
          Add site {wanted.name}
        </Button>
      </div>
    </Form>
  );
}
