import '../../styles/releases.css';
import type { Environment, ReleaseDetail } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';
import { presenceHealth, presenceWords, releaseColumns, releaseRows } from './release.view-model.ts';
import { Share } from './share.tsx';

/** One release: what it names, where each of it runs now, and the way to bring it further. */
export function ReleasePage() {
  const { release: name } = useParams({ from: '/signed-in/releases/$release' });
  const release = useQuery({
    queryKey: ['release', name],
    queryFn: () => api.getRelease({ params: { release: name } }),
    refetchInterval: 10_000,
  });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  return (
    <Page
      title={`Release ${name}`}
      under={release.data === undefined ? undefined : <Under release={release.data} />}
      actions={release.data === undefined ? undefined : <RemoveRelease name={name} />}
    >
      <OfflineNote />
      <div className="stack">
        <Read query={release} skeleton={<SkeletonRows rows={5} columns={5} />}>
          {(found) => (
            <Read query={environments} skeleton={<SkeletonRows rows={5} columns={5} />}>
              {({ items }) => <Content release={found} environments={items} />}
            </Read>
          )}
        </Read>
        <CommandLine command={`almanac release deploy ${name} --to <environment>`} />
      </div>
    </Page>
  );
}

function Under(props: { readonly release: ReleaseDetail }) {
  const { release } = props;
  return (
    <>
      {release.versions.length === 1 ? 'one version' : `${release.versions.length} versions`}, named by{' '}
      {release.createdBy}, <RelativeTime at={release.createdAt} />
    </>
  );
}

function Content(props: { readonly release: ReleaseDetail; readonly environments: readonly Environment[] }) {
  const { release, environments } = props;
  const gone = release.versions.filter((each) => each.build === null).map((each) => each.application.name);
  return (
    <>
      {release.notes === '' ? null : <p style={{ margin: 0 }}>{release.notes}</p>}
      {gone.length === 0 ? null : (
        <div className="note warning">
          This release cannot be deployed as a whole any more: {gone.join(', ')}{' '}
          {gone.length === 1 ? 'or its build is' : 'or their builds are'} gone.
        </div>
      )}
      <div className="table-scroll">
        <table className="table releases">
          <thead>
            <tr>
              <th scope="col">Application</th>
              <th scope="col">Version</th>
              {environments.map((each) => (
                <th key={each.id} scope="col">
                  <EnvironmentTag environment={each} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {releaseRows(release, environments).map((row) => (
              <tr key={row.application}>
                <th scope="row">
                  {row.gone ? (
                    row.application
                  ) : (
                    <Link to="/applications/$application" params={{ application: row.application }} search={{}}>
                      {row.application}
                    </Link>
                  )}
                </th>
                <td>
                  <VersionChip label={row.number} />
                  {row.gone ? <span className="soft"> gone</span> : null}
                </td>
                {row.cells.map((cell) => (
                  <td key={cell.environment}>
                    <StateMark health={presenceHealth[cell.presence]} word={presenceWords(cell)} showWord />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={2} />
              {releaseColumns(release, environments).map((column) => (
                <td key={column.environment.id}>
                  <Share column={column} />
                  {column.running === column.total ? null : (
                    <Link
                      to="/plans/compose"
                      search={{ to: column.environment.name, from: `release:${release.name}`, everything: true }}
                    >
                      Bring {release.name} to {column.environment.displayName}
                    </Link>
                  )}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

/** Takes the name away, after a word on what that does not do. */
function RemoveRelease(props: { readonly name: string }) {
  const { name } = props;
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.removeRelease({ params: { release: name } }),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: ['release', name] });
      void queryClient.invalidateQueries({ queryKey: ['releases'] });
      void navigate({ to: '/releases' });
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Remove the name
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Remove release ${name}`}>
        <div className="stack">
          <p style={{ margin: 0 }}>
            Its versions stay, and so does everything that runs. Plans that were composed of it keep its name.
          </p>
          {remove.isError ? <ErrorNote error={remove.error} /> : null}
          <CommandLine command={`almanac release remove ${name}`} />
          <div className="row">
            <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove release {name}
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              Keep it
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
