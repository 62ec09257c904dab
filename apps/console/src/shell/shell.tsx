import { Menu, useMantineColorScheme } from '@mantine/core';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api } from '../api.ts';
import { StepUpDialog } from '../features/access/step-up-dialog.tsx';
import { Frozen } from '../features/governance/frozen.tsx';
import { NetworksNotice } from '../features/networks/networks-notice.tsx';
import { BreakGlassAlarm } from '../features/security/break-glass-alarm.tsx';
import { followLiveEvents, useLiveStatus } from '../live.ts';

const pages = [
  { to: '/', label: 'Estate' },
  { to: '/plans', label: 'Plans' },
  { to: '/releases', label: 'Releases' },
  { to: '/applications', label: 'Applications' },
  { to: '/sites', label: 'Sites' },
  { to: '/history', label: 'History' },
  { to: '/governance', label: 'Governance' },
  { to: '/people', label: 'People' },
  { to: '/security', label: 'Security' },
  { to: '/settings', label: 'Settings' },
] as const;

/** The frame of every page: rail, top bar, command palette, live events. */
export function Shell() {
  const queryClient = useQueryClient();
  useEffect(() => followLiveEvents(queryClient), [queryClient]);
  return (
    <div className="shell">
      <nav className="rail" aria-label="Main">
        <Link to="/" search={{}} className="brand">
          <img src="/mark.svg" alt="" />
          Almanac
        </Link>
        {pages.map((page) => (
          <Link
            key={page.to}
            to={page.to}
            search={{}}
            className="rail-link"
            activeProps={{ className: 'active', 'aria-current': 'page' }}
            activeOptions={{ exact: page.to === '/', includeSearch: false }}
          >
            {page.label}
          </Link>
        ))}
      </nav>
      <header className="top">
        <button type="button" className="top-search" onClick={spotlight.open}>
          Search, or go to… <kbd>Ctrl K</kbd>
        </button>
        <div className="row" style={{ gap: 16 }}>
          <LiveIndicator />
          <Person />
        </div>
      </header>
      <main className="page">
        <BreakGlassAlarm />
        <NetworksNotice />
        <Frozen />
        <Outlet />
      </main>
      <CommandPalette />
      <StepUpDialog />
    </div>
  );
}

function LiveIndicator() {
  const { connected } = useLiveStatus();
  return (
    <span className="live" role="status">
      <span className={`live-dot${connected ? '' : ' lost'}`} aria-hidden />
      {connected ? 'live' : 'not live'}
    </span>
  );
}

function Person() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.getMe(), staleTime: 60_000 });
  const signOut = async () => {
    const { redirectTo } = await api.signOut();
    queryClient.clear();
    // The provider that let somebody in ends its session, too, and sends them back.
    if (redirectTo !== null) location.assign(redirectTo);
    else await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <button type="button" className="link-button" aria-label="Your account">
          {me.data?.displayName ?? '…'}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Appearance</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <Menu.Item key={scheme} onClick={() => setColorScheme(scheme)} fw={colorScheme === scheme ? 650 : undefined}>
            {scheme === 'auto' ? 'As the system' : scheme === 'light' ? 'Light' : 'Dark'}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: '/account' })}>Your account</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function CommandPalette() {
  const navigate = useNavigate();
  const applications = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const actions = [
    ...pages.map((page) => ({
      id: page.to,
      label: page.label,
      description: 'Page',
      onClick: () => void navigate({ to: page.to, search: {} }),
    })),
    {
      id: 'compose',
      label: 'Compose a plan',
      description: 'almanac plan create',
      onClick: () => void navigate({ to: '/plans/compose', search: {} }),
    },
    {
      id: 'add',
      label: 'Add an application',
      description: 'almanac app add',
      onClick: () => void navigate({ to: '/', search: { add: true } }),
    },
    ...(environments.data?.items ?? []).map((each) => ({
      id: each.id,
      label: each.displayName,
      description: 'Environment',
      onClick: () =>
        void navigate({ to: '/environments/$environment', params: { environment: each.name }, search: {} }),
    })),
    ...(applications.data?.items ?? []).map((each) => ({
      id: each.id,
      label: each.displayName,
      description: 'Application',
      onClick: () =>
        void navigate({ to: '/applications/$application', params: { application: each.name }, search: {} }),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut={['mod + K', '/']}
      nothingFound="Nothing is called so"
      highlightQuery
      limit={12}
      searchProps={{ placeholder: 'Search, or go to…', 'aria-label': 'Search' }}
    />
  );
}
