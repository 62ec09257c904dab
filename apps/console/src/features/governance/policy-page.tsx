import '../../styles/governance.css';
import type { PolicyScope } from '@almanac/domain';
import { openPolicy } from '@almanac/domain';
import type { FollowedPolicy, PolicyVersion } from '@almanac/protocol';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { useMay } from '../access/use-may.ts';
import { EditPolicy } from './edit-policy.tsx';
import { FollowedNote, FollowPolicy } from './follow-policy.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { PolicyInWords } from './policy-in-words.tsx';
import { isSameScope, scopeChoices, scopeKey, scopeOf, scopeOfKey, scopeTitle, searchOf } from './scope.view-model.ts';

/** The policy of one scope: what it asks for, as a form; where it comes from; and every version that it had. */
export function PolicyPage() {
  const scope = scopeOf(useSearch({ from: '/signed-in/governance/policy' }));
  const navigate = useNavigate();
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 200 } }),
  });
  const all = environments.data?.items ?? [];
  // What holds everywhere is shown with any environment.
  const environment = scope.kind === 'estate' ? all[0]?.name : scope.environment;
  const policy = useQuery({
    queryKey: ['governance', 'policy', environment],
    queryFn: () => api.getPolicy({ params: { environment: environment ?? '' } }),
    enabled: environment !== undefined,
  });
  return (
    <Page
      title={`Policy: ${scopeTitle(scope, all)}`}
      under={<Link to="/governance">What environments ask of a change</Link>}
      actions={
        <Select
          aria-label="Where it holds"
          data={[...scopeChoices(all)]}
          value={scopeKey(scope)}
          onChange={(key) =>
            key !== null && void navigate({ to: '/governance/policy', search: searchOf(scopeOfKey(key)) })
          }
        />
      }
    >
      <OfflineNote />
      {policy.isError ? <ErrorNote error={policy.error} retry={() => void policy.refetch()} /> : null}
      {policy.data === undefined ? (
        policy.isError ? null : (
          <SkeletonRows rows={5} columns={2} />
        )
      ) : (
        <PolicyOf
          key={scopeKey(scope)}
          scope={scope}
          version={policy.data.policies.find((each) => isSameScope(each.scope, scope))}
          followed={policy.data.following.find((each) => isSameScope(each.scope, scope))}
        />
      )}
    </Page>
  );
}

function PolicyOf(props: {
  readonly scope: PolicyScope;
  readonly version: PolicyVersion | undefined;
  readonly followed: FollowedPolicy | undefined;
}) {
  const { scope, version, followed } = props;
  const mayManage = useMay('right:manage-environments');
  const readOnly = followed !== undefined || !mayManage;
  const policy = version?.policy ?? openPolicy;
  return (
    <div className="policy-columns">
      <div className="stack">
        {followed === undefined ? null : <FollowedNote followed={followed} version={version} mayManage={mayManage} />}
        {mayManage ? null : (
          <p className="note">You see this policy; an administrator can give you the right to change it.</p>
        )}
        {readOnly ? (
          <PolicyInWords policy={policy} />
        ) : (
          // Another version is another form: what was typed over the one before is not mixed with it.
          <EditPolicy key={version?.version ?? 0} scope={scope} inForce={version} policy={policy} />
        )}
        {readOnly ? null : <FollowPolicy scope={scope} />}
      </div>
      <PolicyHistory scope={scope} inForce={version} readOnly={readOnly} />
    </div>
  );
}
