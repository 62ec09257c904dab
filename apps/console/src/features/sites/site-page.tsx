import type { ReconciledSite, SiteDetail } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { LogView } from '../../ui/log-view.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';
import { useGrowingText } from '../../ui/use-growing-text.ts';
import { SiteLabels } from './site-labels.tsx';

export function SitePage() {
  const { site: name } = useParams({ from: '/signed-in/sites/$site' });
  const { log } = useSearch({ from: '/signed-in/sites/$site' });
  const site = useQuery({
    queryKey: ['site', name],
    queryFn: () => api.getSite({ params: { site: name } }),
    refetchInterval: 5000,
  });
  const [application, module] = (log ?? '').split('/');
  return (
    <Page
      title={name}
      under={site.data === undefined ? undefined : `A site of ${site.data.environment.name}`}
      actions={<Reconcile site={name} />}
    >
      <OfflineNote />
      <div className="stack">
        <Read query={site} skeleton={<SkeletonRows rows={5} columns={4} />}>
          {(found) => (
            <>
              <Facts site={found} />
              <Instances site={found} />
              <Occurrences site={found.name} />
            </>
          )}
        </Read>
        {application === undefined || module === undefined ? null : (
          <ModuleLog key={log} site={name} application={application} module={module} />
        )}
      </div>
    </Page>
  );
}

/** Lets the site look at everything it has, and says what came of it. */
function Reconcile(props: { readonly site: string }) {
  const { site } = props;
  const queryClient = useQueryClient();
  const reconcile = useMutation({
    mutationFn: () => api.reconcileSites({ body: { site } }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['site'] }),
  });
  const told = reconcile.data?.sites[0];
  return (
    <>
      {told === undefined ? null : (
        <span className="soft" role="status">
          {told.detail ?? outcomeWords[told.outcome]}
        </span>
      )}
      <Button variant="default" loading={reconcile.isPending} onClick={() => reconcile.mutate()}>
        Look at everything now
      </Button>
      {reconcile.isError ? <ErrorNote error={reconcile.error} /> : null}
    </>
  );
}

const outcomeWords = {
  'in-step': 'everything is as it should be',
  changing: 'it is on the way to what it should be',
  differs: 'something differs from what it should be',
  silent: 'it did not answer',
  enrolling: 'no agent came yet',
} as const satisfies Record<ReconciledSite['outcome'], string>;

function Facts(props: { readonly site: SiteDetail }) {
  const { site } = props;
  return (
    <>
      {site.status === 'offline' ? (
        <div className="note warning">
          Nothing is heard of this site. What is shown is what it said last; its applications run on by themselves.
        </div>
      ) : null}
      {site.applications.map((each) =>
        each.drift === null ? null : (
          <div key={each.operation} className={`note ${each.drift.healed ? 'waiting' : 'warning'}`}>
            <strong>{each.application.name}</strong> {each.drift.message}
            {each.drift.files.length < 2 ? null : <div className="soft mono">{each.drift.files.join(', ')}</div>}
            <CommandLine command={`almanac configure ${each.application.name} --in ${site.environment.name}`} />
          </div>
        ),
      )}
      {site.applications.map(({ application, operation, hold }) =>
        hold === null ? null : (
          <div key={operation} className="note warning">
            <strong>{application.name}</strong> {hold.kind === 'paused' ? 'is kept at' : 'was rolled back to'}{' '}
            <span className="mono">{hold.label}</span> at the site by {hold.by}
            {hold.reason === '' ? '' : `: ${hold.reason}`} (<RelativeTime at={hold.since} />
            ). What is ordered waits until it is released there.
            <CommandLine command={`almanac agent local release ${application.name}`} />
          </div>
        ),
      )}
      {site.gateway.message === null ? null : <div className="note failed">{site.gateway.message}</div>}
      <dl className="facts">
        <dt>Status</dt>
        <dd className="row">
          <StateOf state={site.status} /> <span className="soft">heard</span> <RelativeTime at={site.lastSeenAt} />
        </dd>
        <dt>Looked at everything</dt>
        <dd>
          <RelativeTime at={site.reconciledAt} none="not yet" />
        </dd>
        <dt>Labels</dt>
        <dd>
          <SiteLabels site={site} />
        </dd>
        <dt>Generation</dt>
        <dd>
          {site.generation.observed} of {site.generation.desired}
        </dd>
        <dt>Agent</dt>
        <dd>
          {site.agentVersion ?? 'none yet'}
          {site.host === null ? '' : ` on ${site.host.hostname} (${site.host.platform} ${site.host.architecture})`}
        </dd>
        <dt>Gateway</dt>
        <dd>
          {site.gateway.state}
          {site.frontPort === null ? '' : `, front door at port ${site.frontPort}`}
        </dd>
        {site.bandwidth === null ? null : (
          <div style={{ display: 'contents' }}>
            <dt>Bandwidth</dt>
            <dd className="mono">{site.bandwidth} bytes a second for artifacts</dd>
          </div>
        )}
        {site.notices.map((each) => (
          <div key={each} style={{ display: 'contents' }}>
            <dt>Note</dt>
            <dd>{each}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** What came to pass on a site, what it told after it had been cut off included. */
function Occurrences(props: { readonly site: string }) {
  const { site } = props;
  const occurrences = useQuery({
    queryKey: ['site', site, 'occurrences'],
    queryFn: () => api.listSiteOccurrences({ params: { site }, query: { limit: 20 } }),
    refetchInterval: 15_000,
  });
  return (
    <div className="stack-small">
      <h2>What came to pass</h2>
      <Read query={occurrences} skeleton={<SkeletonRows rows={3} columns={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing yet" />
          ) : (
            <Table headings={['When', 'What', 'Application', 'Detail', 'By']}>
              {items.map((each) => (
                <tr key={`${each.receivedAt} ${each.number}`}>
                  <td>
                    <RelativeTime at={each.at} />
                  </td>
                  <td>{each.kind.replaceAll('-', ' ')}</td>
                  <td>{each.application ?? '–'}</td>
                  <td>{each.detail}</td>
                  <td>{each.by}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
    </div>
  );
}

function Instances(props: { readonly site: SiteDetail }) {
  const { site } = props;
  const rows = site.applications.flatMap((application) =>
    application.modules.flatMap((module) => module.instances.map((instance) => ({ application, module, instance }))),
  );
  if (rows.length === 0) return <Empty title="Nothing runs here" />;
  return (
    <Table headings={['Module', 'State', 'Port', 'Restarts', 'Started', 'Log']}>
      {rows.map(({ application, module, instance }) => (
        <tr key={instance.id}>
          <td>
            <Link to="/applications/$application" params={{ application: application.application.name }} search={{}}>
              {application.application.name}
            </Link>
            /{module.name}
          </td>
          <td>
            <StateOf state={instance.state} />
            {instance.message === null ? null : <div className="soft">{instance.message}</div>}
          </td>
          <td className="mono">{instance.port ?? '–'}</td>
          <td className="mono">{instance.restarts}</td>
          <td>
            <RelativeTime at={instance.startedAt} />
          </td>
          <td>
            <Link
              to="/sites/$site"
              params={{ site: site.name }}
              search={{ log: `${application.application.name}/${module.name}` }}
            >
              Show the log
            </Link>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function ModuleLog(props: { readonly site: string; readonly application: string; readonly module: string }) {
  const { site, application, module } = props;
  const read = useCallback(
    async (after: number | undefined, signal: AbortSignal) => {
      const chunk = await api.readModuleLog({
        params: { site, application, module },
        query: after === undefined ? {} : { after, wait: 20 },
        signal,
      });
      return { text: chunk.text, next: chunk.next, complete: false };
    },
    [site, application, module],
  );
  const log = useGrowingText(read);
  return (
    <div className="stack-small">
      <h2>
        Log of {application}/{module}
      </h2>
      {log.error === null ? null : <ErrorNote error={log.error} />}
      <LogView text={log.text} complete={log.complete} label={`Log of ${application}/${module}`} />
    </div>
  );
}
