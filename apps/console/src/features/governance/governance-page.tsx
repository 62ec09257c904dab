import { calendarWords, policyWords, scopeWords } from '@almanac/domain';
import type { Environment, Freeze, Quarantine } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Page } from '../../ui/page.tsx';
import { OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { momentWords } from './frozen.tsx';

/** What environments ask of a change, what is frozen, and what nobody deploys. */
export function GovernancePage() {
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 200 } }),
  });
  const freezes = useQuery({
    queryKey: ['governance', 'freezes'],
    queryFn: () => api.listFreezes({ query: { limit: 50 } }),
  });
  const quarantines = useQuery({
    queryKey: ['governance', 'quarantines'],
    queryFn: () => api.listQuarantines({ query: { limit: 50 } }),
  });
  return (
    <Page title="Governance" under="What environments ask of a change, what is frozen, and what nobody deploys">
      <OfflineNote />
      <div className="stack">
        <section className="stack-small">
          <h2>Policies</h2>
          <Read query={environments} skeleton={<SkeletonRows rows={3} columns={2} />}>
            {({ items }) => items.map((each) => <PolicyOf key={each.id} environment={each} />)}
          </Read>
          <CommandLine command="almanac policy set production --file policy.yaml" />
        </section>
        <section className="stack-small">
          <h2>Freezes</h2>
          <Read query={freezes} skeleton={<SkeletonRows rows={2} columns={4} />}>
            {({ items }) => <Freezes freezes={items} />}
          </Read>
          <CommandLine command="almanac freeze add production --name year-end --reason <text>" />
        </section>
        <section className="stack-small">
          <h2>Quarantine</h2>
          <Read query={quarantines} skeleton={<SkeletonRows rows={2} columns={4} />}>
            {({ items }) => <Quarantines quarantines={items} />}
          </Read>
          <CommandLine command="almanac quarantine add <application>@<version> --reason <text>" />
        </section>
      </div>
    </Page>
  );
}

function PolicyOf(props: { readonly environment: Environment }) {
  const { environment } = props;
  const policy = useQuery({
    queryKey: ['governance', 'policy', environment.id],
    queryFn: () => api.getPolicy({ params: { environment: environment.id } }),
  });
  return (
    <div className={`environment-type-${environment.type}`}>
      <EnvironmentTag environment={environment} />
      <Read query={policy} skeleton={<SkeletonRows rows={1} columns={1} />}>
        {({ policies }) =>
          policies.length === 0 ? (
            <p className="soft" style={{ margin: '4px 0 0' }}>
              Asks for nothing: a change begins at once.
            </p>
          ) : (
            <ul style={{ margin: '4px 0 0', paddingLeft: 20 }}>
              {policies.flatMap((each) =>
                policyWords(each.policy).map((line) => (
                  <li key={each.scope.kind + line}>
                    {line}{' '}
                    <span className="soft">
                      ({scopeWords(each.scope)}, version {each.version} by {each.changedBy})
                    </span>
                  </li>
                )),
              )}
            </ul>
          )
        }
      </Read>
    </div>
  );
}

function Freezes(props: { readonly freezes: readonly Freeze[] }) {
  if (props.freezes.length === 0) return <p className="soft">Nothing is frozen, and nothing is to be.</p>;
  return props.freezes.map((each) => (
    <div key={each.id} className={`note ${each.holds ? 'warning' : ''}`}>
      <strong>
        {each.name}: {scopeWords(each.scope)} {each.holds ? 'is frozen now' : 'is not frozen now'}
      </strong>
      <div>{each.reason}</div>
      <div className="soft">
        {each.calendar === null ? `from ${momentWords(each.from)}` : calendarWords(each.calendar)}
        {each.until === null ? ', until somebody lifts it' : ` until ${momentWords(each.until)}`}, by {each.createdBy}
      </div>
    </div>
  ));
}

function Quarantines(props: { readonly quarantines: readonly Quarantine[] }) {
  if (props.quarantines.length === 0) return <p className="soft">Nothing is in quarantine.</p>;
  return props.quarantines.map((each) => (
    <div key={each.id} className="note failed">
      <strong>
        {each.application.name} {each.build.label}
      </strong>
      <div>{each.reason}</div>
      <div className="soft">
        by {each.createdBy}, <RelativeTime at={each.createdAt} />
      </div>
    </div>
  ));
}
