import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';

export function SettingsPage() {
  return (
    <Page title="Settings">
      <OfflineNote />
      <div className="stack">
        <h2>About this installation</h2>
        <About />
        <h2>Notifications</h2>
        <p style={{ margin: 0 }}>
          Who is told of plans, builds, sites and applications, by signed webhook or e-mail:{' '}
          <Link to="/settings/notifications">all subscriptions</Link>
        </p>
        <h2>People and audit</h2>
        <p style={{ margin: 0 }}>
          Who may come in: <Link to="/people">people and service accounts</Link> and by which{' '}
          <Link to="/security/sign-in">identity providers</Link>; from where:{' '}
          <Link to="/security/networks">networks</Link>. Who did what: <Link to="/audit">the audit</Link>
        </p>
        <h2>Sign-in</h2>
        <p style={{ margin: 0 }}>
          Your own password, second factors, sessions and tokens: <Link to="/account">your account</Link>. Who must have
          a second factor, and what there is for an emergency: <Link to="/security/second-factors">second factors</Link>
        </p>
      </div>
    </Page>
  );
}

function About() {
  const about = useQuery({ queryKey: ['about'], queryFn: () => api.getAbout() });
  return (
    <Read query={about} skeleton={<SkeletonRows rows={3} columns={2} />}>
      {(found) => (
        <dl className="facts">
          <dt>Almanac</dt>
          <dd>{found.version}</dd>
          <dt>Running since</dt>
          <dd>
            <RelativeTime at={found.startedAt} />
          </dd>
          <dt>Database</dt>
          <dd>
            PostgreSQL {found.database.version}
            {found.database.embedded ? ', embedded' : ''}
          </dd>
          <dt>Node</dt>
          <dd>{found.node}</dd>
          <dt>Agent protocol</dt>
          <dd>{found.protocol}</dd>
          <dt>Agents</dt>
          <dd>{found.agents.map((each) => `${each.version} on ${each.sites} sites`).join(', ') || 'none yet'}</dd>
        </dl>
      )}
    </Read>
  );
}
