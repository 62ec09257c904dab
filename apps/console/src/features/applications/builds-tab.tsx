import type { Application, Build } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { took } from '../../ui/ago.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';

export function BuildsTab(props: { readonly application: Application }) {
  const { name, branch } = props.application;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const builds = useQuery({
    queryKey: ['builds', name],
    queryFn: () => api.listBuilds({ params: { application: name }, query: { limit: 50 } }),
    refetchInterval: 10_000,
  });
  const start = useMutation({
    mutationFn: () => api.createBuild({ params: { application: name }, body: {} }),
    onSuccess: (build) => {
      void queryClient.invalidateQueries({ queryKey: ['builds', name] });
      void navigate({ to: '/builds/$build', params: { build: build.id } });
    },
  });
  return (
    <div className="stack">
      <div className="spread">
        <Button loading={start.isPending} onClick={() => start.mutate()}>
          Build the head of {branch}
        </Button>
        <div style={{ flex: '0 1 420px' }}>
          <CommandLine command={`almanac build start ${name}`} />
        </div>
      </div>
      {start.isError ? <ErrorNote error={start.error} /> : null}
      <Read query={builds} skeleton={<SkeletonRows rows={5} columns={5} />}>
        {({ items }) => (items.length === 0 ? <Empty title="No build yet" /> : <BuildTable builds={items} />)}
      </Read>
    </div>
  );
}

function BuildTable(props: { readonly builds: readonly Build[] }) {
  return (
    <Table headings={['Build', 'State', 'Label', 'Commit', 'Took', 'When']}>
      {props.builds.map((build) => (
        <tr key={build.id}>
          <td>
            <Link to="/builds/$build" params={{ build: build.id }}>
              {build.number}
            </Link>
          </td>
          <td>
            <StateOf state={build.state} />
          </td>
          <td>
            <VersionChip label={build.label} />
          </td>
          <td>{build.fault?.detail ?? build.subject ?? ''}</td>
          <td className="mono">{took({ from: build.startedAt, to: build.endedAt, now: Date.now() })}</td>
          <td>
            <RelativeTime at={build.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
