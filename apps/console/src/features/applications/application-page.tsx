import type { Application } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { OpenHotfixes } from '../hotfixes/open-hotfixes.tsx';
import { HeadersTab } from '../response-headers/headers-tab.tsx';
import { BuildsTab } from './builds-tab.tsx';
import { EnvironmentsTab } from './environments-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';

const tabs = [
  { name: 'builds', label: 'Builds' },
  { name: 'versions', label: 'Versions' },
  { name: 'environments', label: 'Environments' },
  { name: 'settings', label: 'Settings' },
  { name: 'headers', label: 'Headers' },
] as const;

export function ApplicationPage() {
  const { application: name } = useParams({ from: '/signed-in/applications/$application' });
  const { tab = 'builds' } = useSearch({ from: '/signed-in/applications/$application' });
  const application = useQuery({
    queryKey: ['application', name],
    queryFn: () => api.getApplication({ params: { application: name } }),
  });
  return (
    <Page
      title={application.data?.displayName ?? name}
      under={application.data === undefined ? undefined : <Source application={application.data} />}
    >
      <OfflineNote />
      <OpenHotfixes application={name} />
      <nav className="tabs" aria-label="Parts of this application">
        {tabs.map((each) => (
          <Link
            key={each.name}
            to="/applications/$application"
            params={{ application: name }}
            search={{ tab: each.name }}
            className={`tab${each.name === tab ? ' active' : ''}`}
            {...(each.name === tab ? { 'aria-current': 'page' as const } : {})}
          >
            {each.label}
          </Link>
        ))}
      </nav>
      <Read query={application} skeleton={<SkeletonRows rows={5} columns={5} />}>
        {(found) => (
          <>
            {tab === 'builds' ? <BuildsTab application={found} /> : null}
            {tab === 'versions' ? <VersionsTab application={found} /> : null}
            {tab === 'environments' ? <EnvironmentsTab application={found} /> : null}
            {tab === 'headers' ? <HeadersTab application={found} /> : null}
            {tab === 'settings' ? <SettingsTab application={found} /> : null}
          </>
        )}
      </Read>
    </Page>
  );
}

function Source(props: { readonly application: Application }) {
  const { repository, branch, manifestPath } = props.application;
  return (
    <span className="mono">
      {repository} · {branch} · {manifestPath}
    </span>
  );
}
