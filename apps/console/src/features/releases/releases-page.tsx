import '../../styles/releases.css';
import type { Environment, Release } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { CreateRelease } from './create-release.tsx';
import { releaseColumns } from './release.view-model.ts';
import { Share } from './share.tsx';

/** Every release, newest first, and how much of it each environment runs. */
export function ReleasesPage() {
  const [creating, setCreating] = useState(false);
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const releases = useInfiniteQuery({
    queryKey: ['releases', 'list'],
    queryFn: ({ pageParam }) =>
      api.listReleases({ query: { limit: 50, ...(pageParam === '' ? {} : { cursor: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const all = releases.data?.pages.flatMap((page) => page.items);
  return (
    <Page
      title="Releases"
      under="Sets of versions that move through environments together"
      actions={<Button onClick={() => setCreating(true)}>Make a release</Button>}
    >
      <OfflineNote />
      <div className="stack">
        {releases.isError ? <ErrorNote error={releases.error} retry={() => void releases.refetch()} /> : null}
        {all === undefined || environments.data === undefined ? (
          releases.isError ? null : (
            <SkeletonRows rows={4} columns={5} />
          )
        ) : all.length === 0 ? (
          <Empty title="No release yet">
            <p style={{ margin: 0 }}>
              A release is a name for versions that were tested together, so that they come to Production together.
            </p>
          </Empty>
        ) : (
          <ReleaseTable releases={all} environments={environments.data.items} />
        )}
        {releases.hasNextPage ? (
          <div>
            <Button
              variant="default"
              loading={releases.isFetchingNextPage}
              onClick={() => void releases.fetchNextPage()}
            >
              Show older releases
            </Button>
          </div>
        ) : null}
        <CommandLine command="almanac release list" />
      </div>
      <Modal opened={creating} onClose={() => setCreating(false)} title="Make a release">
        {creating ? <CreateRelease /> : null}
      </Modal>
    </Page>
  );
}

function ReleaseTable(props: { readonly releases: readonly Release[]; readonly environments: readonly Environment[] }) {
  return (
    <div className="table-scroll">
      <table className="table releases">
        <thead>
          <tr>
            <th>Release</th>
            <th>Versions</th>
            {props.environments.map((each) => (
              <th key={each.id}>
                <EnvironmentTag environment={each} />
              </th>
            ))}
            <th>By</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {props.releases.map((each) => (
            <tr key={each.id}>
              <td>
                <Link to="/releases/$release" params={{ release: each.name }}>
                  {each.name}
                </Link>
                {each.notes === '' ? null : <div className="soft releases-notes">{each.notes}</div>}
              </td>
              <td>{each.versions.length}</td>
              {releaseColumns(each, props.environments).map((column) => (
                <td key={column.environment.id}>
                  <Share column={column} />
                </td>
              ))}
              <td>{each.createdBy}</td>
              <td>
                <RelativeTime at={each.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
