import type { Environment } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { HistoryTab } from './history-tab.tsx';
import { NowTab } from './now-tab.tsx';

const tabs = [
  { name: 'now', label: 'Now' },
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
        {(found) => (tab === 'history' ? <HistoryTab environment={found} /> : <NowTab environment={found} />)}
      </Read>
    </Page>
  );
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
