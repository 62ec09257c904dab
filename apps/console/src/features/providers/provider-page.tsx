import type { IdentityProvider, ProviderVersion } from '@almanac/protocol';
import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { DirectorySyncPart } from './directory-sync.tsx';
import { DryRuns } from './dry-runs.tsx';
import { EditProvider } from './edit-provider.tsx';
import { LinkedAccounts } from './linked-accounts.tsx';
import { accountWords, factsOf, nextStep, originOf, stateOf } from './provider.view-model.ts';
import { ProviderActions } from './provider-actions.tsx';

/** One provider: what is in force, what is changed, what tries showed, and who is linked to it. */
export function ProviderPage() {
  const { provider: name } = useParams({ from: '/signed-in/security/sign-in/$provider' });
  const provider = useQuery({
    queryKey: ['identity-provider', name],
    queryFn: () => api.getIdentityProvider({ params: { provider: name } }),
  });
  const [editing, setEditing] = useState(false);
  return (
    <Page
      title={provider.data?.displayName ?? name}
      under={
        <>
          An identity provider · <Link to="/security/sign-in">all providers</Link>
        </>
      }
    >
      <OfflineNote />
      <div className="stack">
        <Read query={provider} skeleton={<SkeletonRows rows={6} columns={2} />}>
          {(found) => (
            <>
              <Facts provider={found} />
              <ProviderActions provider={found} onEdit={() => setEditing(true)} />
              {found.draft === null ? null : <Version title="Draft" version={found.draft} />}
              {found.active === null ? null : <Version title="In force" version={found.active} />}
              <Modal opened={editing} onClose={() => setEditing(false)} title={`Change ${found.displayName}`} size="lg">
                {editing ? <EditProvider provider={found} onDone={() => setEditing(false)} /> : null}
              </Modal>
            </>
          )}
        </Read>
        <h2>Directory sync (SCIM)</h2>
        <DirectorySyncPart provider={name} />
        <h2>Tries of the last day</h2>
        <DryRuns provider={name} />
        <h2>Linked accounts</h2>
        <LinkedAccounts provider={name} />
      </div>
    </Page>
  );
}

const registerFirst = 'Register the address below at the provider, then try it';

function Facts(props: { readonly provider: IdentityProvider }) {
  const { provider } = props;
  const step = nextStep(provider);
  const origin = originOf(provider.active ?? provider.draft);
  return (
    <>
      {step === 'try' ? (
        <div className="note waiting">
          Nobody can sign in with the draft yet. {provider.redirectUri === null ? 'Try it' : registerFirst}: you sign in
          there, and see what Almanac would make of it. Nothing is changed by that.
        </div>
      ) : null}
      {step === 'activate' ? <div className="note">The draft was tried, and can be put into force.</div> : null}
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <StateMark {...stateOf(provider)} showWord />
        </dd>
        <dt>{origin.label}</dt>
        <dd className="mono">{origin.text}</dd>
        {provider.redirectUri === null ? null : (
          <>
            <dt>Sends people back to</dt>
            <dd>
              <CommandLine command={provider.redirectUri} />
            </dd>
          </>
        )}
        {provider.metadataUri === null ? null : (
          <>
            <dt>Calls Almanac by its metadata</dt>
            <dd>
              <CommandLine command={provider.metadataUri} />
            </dd>
          </>
        )}
        {provider.logoutUri === null ? null : (
          <>
            <dt>Says that somebody signed out at</dt>
            <dd>
              <CommandLine command={provider.logoutUri} />
            </dd>
          </>
        )}
      </dl>
    </>
  );
}

function Version(props: { readonly title: string; readonly version: ProviderVersion }) {
  const { version } = props;
  return (
    <section className="stack-small">
      <h2>
        {props.title}: version {version.number}
      </h2>
      <dl className="facts">
        {factsOf(version.configuration).map(({ what, text, exact }) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt>{what}</dt>
            <dd className={exact ? 'mono break' : undefined}>{text}</dd>
          </div>
        ))}
        <dt>Gets an account</dt>
        <dd>{accountWords(version)}</dd>
        {version.mappings.map(({ group, role, team }) => (
          <div key={`${group} ${role.id} ${team?.id}`} style={{ display: 'contents' }}>
            <dt>Group</dt>
            <dd>
              <span className="mono">{group}</span> gives {role.name}
              {team === null ? ' as the default role' : ` in ${team.name}`}
            </dd>
          </div>
        ))}
        <dt>Made</dt>
        <dd>
          <RelativeTime at={version.createdAt} /> by {version.createdBy}
        </dd>
        <dt>Tried</dt>
        <dd>{version.triedAt === null ? 'not yet' : <RelativeTime at={version.triedAt} />}</dd>
        {version.activatedAt === null ? null : (
          <>
            <dt>Sign-ins</dt>
            <dd>
              {version.successes}, and {version.failures} that failed, since <RelativeTime at={version.activatedAt} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
