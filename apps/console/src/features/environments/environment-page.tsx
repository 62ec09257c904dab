import type { Environment } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { HeadersPanel } from '../response-headers/headers-panel.tsx';
import { HistoryTab } from './history-tab.tsx';
import { NowTab } from './now-tab.tsx';
import { RingsTab } from './rings-tab.tsx';

const tabs = [
  { name: 'now', label: 'Now' },
  { name: 'rings', label: 'Rings' },
  { name: 'headers', label: 'Headers' },
  { name: 'history', label: 'History' },
] as const;

export function EnvironmentPage() {
  const { environment: name } = useParams({ from: '/signed-in/environments/$environment' });
  const { tab = 'now' } = useSearch({ from: '/signed-in/environments/$environment' });
  const environment = useQuery({
    queryKey: ['environments', name],
    queryFn: () => api.getEnvironment({ params: { environment: name } }),
  });
  return (
    <Page
      title={environment.data?.displayName ?? name}
      under={environment.data === undefined ? undefined : <Under environment={environment.data} />}
    >
      <OfflineNote />
      <nav className="tabs" aria-label="Parts of this environment">
        {tabs.map((each) => (
          <Link
            key={each.name}
            to="/environments/$environment"
            params={{ environment: name }}
            search={{ tab: each.name }}
            className={`tab${each.name === tab ? ' active' : ''}`}
            {...(each.name === tab ? { 'aria-current': 'page' as const } : {})}
          >
            {each.label}
          </Link>
        ))}
      </nav>
      <Read query={environment} skeleton={<SkeletonRows rows={5} columns={4} />}>
        {(found) => <Part environment={found} tab={tab} />}
      </Read>
    </Page>
  );
}

function Part(props: { readonly environment: Environment; readonly tab: string }) {
  const { environment, tab } = props;
  if (tab === 'headers') return <HeadersPanel environment={environment.name} application={null} />;
  if (tab === 'history') return <HistoryTab environment={environment} />;
  return tab === 'rings' ? <RingsTab environment={environment} /> : <NowTab environment={environment} />;
}

function Under(props: { readonly environment: Environment }) {
  const { environment } = props;
  return (
    <span className="row">
      <EnvironmentTag environment={{ ...environment, displayName: environment.type }} />
      <span>
        {environment.promotesFrom === null ? 'the start of a path' : `after ${environment.promotesFrom.name}`},{' '}
        {environment.sites === 1 ? 'one site' : `${environment.sites} sites`}
      </span>
    </span>
  );
}
