import type { ApiToken } from '@almanac/protocol';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { OwnPassword, OwnSessions } from './own-account.tsx';

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
          Who may come in: <Link to="/people">people and service accounts</Link>. Who did what:{' '}
          <Link to="/audit">the audit</Link>
        </p>
        <h2>Your password</h2>
        <OwnPassword />
        <h2>Your sessions</h2>
        <OwnSessions />
        <h2>Your API tokens</h2>
        <Tokens />
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

function Tokens() {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const tokens = useQuery({ queryKey: ['api-tokens'], queryFn: () => api.listApiTokens({ query: { limit: 100 } }) });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['api-tokens'] });
  const create = useMutation({
    mutationFn: () => api.createApiToken({ body: { name } }),
    onSuccess: () => {
      setName('');
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (token: ApiToken) => api.deleteApiToken({ params: { id: token.id } }),
    onSuccess: refresh,
  });
  return (
    <div className="stack">
      <form
        className="row"
        style={{ alignItems: 'flex-end' }}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextInput
          label="What it is for"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={create.isPending}>
          Make a token
        </Button>
      </form>
      {create.isError ? <ErrorNote error={create.error} /> : null}
      {create.data === undefined ? null : (
        <div className="stack-small">
          <p style={{ margin: 0 }}>This is the only time that it is shown.</p>
          <CommandLine command={create.data.secret} />
        </div>
      )}
      {revoke.isError ? <ErrorNote error={revoke.error} /> : null}
      <Read query={tokens} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="You have no API token" />
          ) : (
            <div className="table-scroll">
              <table className="table">
                <tbody>
                  {items.map((token) => (
                    <tr key={token.id}>
                      <td>{token.name}</td>
                      <td className="mono">{token.prefix}…</td>
                      <td>
                        used <RelativeTime at={token.lastUsedAt} />
                      </td>
                      <td>
                        <Button variant="default" loading={revoke.isPending} onClick={() => revoke.mutate(token)}>
                          Revoke {token.name}
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Read>
    </div>
  );
}
