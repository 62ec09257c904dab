import { policyWords, scopeWords } from '@almanac/domain';
import type { Environment, PolicyVersion } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { useMay } from '../access/use-may.ts';
import { isSameScope, searchOf } from './scope.view-model.ts';

/** What each environment asks of a change, where that comes from, and the way to change it. */
export function Policies() {
  const mayManage = useMay('right:manage-environments');
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 200 } }),
  });
  return (
    <section className="stack-small" aria-label="Policies">
      <div className="row spread">
        <h2>Policies</h2>
        <Link to="/governance/policy" search={{ scope: 'estate' }}>
          What holds everywhere
        </Link>
      </div>
      <Read query={environments} skeleton={<SkeletonRows rows={3} columns={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">There is no environment yet.</p>
          ) : (
            items.map((each) => <PolicyOf key={each.id} environment={each} mayManage={mayManage} />)
          )
        }
      </Read>
      <CommandLine command="almanac policy set production --file policy.yaml" />
    </section>
  );
}

function PolicyOf(props: { readonly environment: Environment; readonly mayManage: boolean }) {
  const { environment } = props;
  const own = { kind: 'environment', environment: environment.name } as const;
  const policy = useQuery({
    queryKey: ['governance', 'policy', environment.name],
    queryFn: () => api.getPolicy({ params: { environment: environment.name } }),
  });
  const faulty = (policy.data?.following ?? []).filter((each) => each.fault !== null);
  return (
    <div className={`policy-of stack-small environment-type-${environment.type}`}>
      <div className="row spread">
        <EnvironmentTag environment={environment} />
        <Link to="/governance/policy" search={searchOf(own)}>
          {props.mayManage ? 'Change' : 'Look at'} the policy of {environment.displayName}
        </Link>
      </div>
      <Read query={policy} skeleton={<SkeletonRows rows={1} columns={1} />}>
        {({ policies }) =>
          policies.length === 0 ? (
            <p className="soft" style={{ margin: 0 }}>
              Asks for nothing: a change begins at once.
            </p>
          ) : (
            <ul>
              {policies.flatMap((each) =>
                policyWords(each.policy).map((line) => (
                  <li key={each.scope.kind + line}>
                    {line} <Origin version={each} own={isSameScope(each.scope, own)} />
                  </li>
                )),
              )}
            </ul>
          )
        }
      </Read>
      {faulty.map((each) => (
        <p key={each.id} className="note failed" style={{ margin: 0 }}>
          {scopeWords(each.scope)}: {each.fault?.detail}; the version before stays in force.{' '}
          <Link to="/governance/policy" search={searchOf(each.scope)}>
            What is wrong
          </Link>
        </p>
      ))}
    </div>
  );
}

function Origin(props: { readonly version: PolicyVersion; readonly own: boolean }) {
  const { version } = props;
  const from = version.origin === null ? `by ${version.changedBy}` : `from git at ${version.origin.commit.slice(0, 8)}`;
  return (
    <span className="soft">
      (
      {props.own ? null : (
        <>
          <Link to="/governance/policy" search={searchOf(version.scope)}>
            {scopeWords(version.scope)}
          </Link>
          ,{' '}
        </>
      )}
      version {version.version} {from})
    </span>
  );
}
