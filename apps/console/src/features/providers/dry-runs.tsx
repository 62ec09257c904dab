import type { DryRun } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Empty, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { arrivalWords, dryRunState, factorWords } from './provider.view-model.ts';

/** What tries of the last day showed, the newest in full. */
export function DryRuns(props: { readonly provider: string }) {
  const dryRuns = useQuery({
    queryKey: ['identity-provider', props.provider, 'dry-runs'],
    queryFn: () => api.listDryRuns({ params: { provider: props.provider }, query: { limit: 10 } }),
  });
  return (
    <Read query={dryRuns} skeleton={<SkeletonRows rows={2} columns={2} />}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="Nobody tried it lately" />
        ) : (
          <div className="stack">
            {items.map((each, at) => (
              <OneDryRun key={each.id} dryRun={each} inFull={at === 0} />
            ))}
          </div>
        )
      }
    </Read>
  );
}

function OneDryRun(props: { readonly dryRun: DryRun; readonly inFull: boolean }) {
  const { dryRun } = props;
  const { result } = dryRun;
  return (
    <section className="stack-small" aria-label={`Try of version ${dryRun.version}`}>
      <div className="row">
        <StateMark {...dryRunState(dryRun)} showWord />
        <span className="soft">
          version {dryRun.version}, <RelativeTime at={dryRun.startedAt} /> by {dryRun.by}
        </span>
      </div>
      {dryRun.problem === null ? null : <div className="note failed break">{dryRun.problem}</div>}
      {result === null || !props.inFull ? null : (
        <>
          <div className={`note ${result.arrival.kind === 'refused' ? 'warning' : ''}`}>
            {arrivalWords(result.arrival)}
          </div>
          <dl className="facts">
            <dt>Key of the person</dt>
            <dd className="mono">{result.subject}</dd>
            <dt>User name</dt>
            <dd>{result.name ?? 'not said'}</dd>
            <dt>Name</dt>
            <dd>{result.displayName ?? 'not said'}</dd>
            <dt>E-mail</dt>
            <dd>{result.email ?? 'not said'}</dd>
            <dt>Groups</dt>
            <dd className="mono">{result.groups.join(', ') || 'none'}</dd>
            <dt>Second factor</dt>
            <dd>{factorWords(result.secondFactor)}</dd>
            <dt>Sessions</dt>
            <dd>
              {result.recheck === 'none'
                ? 'are not checked again: there is no way to ask the provider (by OpenID Connect, the scope offline_access often gives one)'
                : 'are checked every 10 minutes: who is gone there is out here'}
            </dd>
            <dt>Signing out</dt>
            <dd>{result.logout ? 'signs out there as well' : 'leaves the session there as it is'}</dd>
          </dl>
          <details>
            <summary>Everything that the provider said</summary>
            <pre className="break">{JSON.stringify(result.claims, null, 2)}</pre>
          </details>
        </>
      )}
    </section>
  );
}
