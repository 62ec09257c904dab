import type { PolicyScope } from '@almanac/domain';
import type { PolicyVersion } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { PolicyChanges } from './policy-changes.tsx';
import { policyChanges } from './policy-form.view-model.ts';
import { scopeKey, scopeOptions } from './scope.view-model.ts';

/** Every version of a policy, the newest first, with what it changed; an earlier one can be put in force again. */
export function PolicyHistory(props: {
  readonly scope: PolicyScope;
  readonly inForce: PolicyVersion | undefined;
  readonly readOnly: boolean;
}) {
  const { scope, inForce } = props;
  const [again, setAgain] = useState<PolicyVersion | null>(null);
  const versions = useInfiniteQuery({
    queryKey: ['governance', 'versions', scopeKey(scope)],
    queryFn: ({ pageParam }) =>
      api.listPolicyVersions({
        query: {
          limit: 20,
          scope: scope.kind,
          ...(scope.kind === 'estate' ? {} : { environment: scope.environment }),
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const all = versions.data?.pages.flatMap((page) => page.items);
  return (
    <section className="stack-small" aria-label="Versions">
      <h2>Versions</h2>
      {versions.isError ? <ErrorNote error={versions.error} retry={() => void versions.refetch()} /> : null}
      {all === undefined ? (
        versions.isError ? null : (
          <SkeletonRows rows={3} columns={1} />
        )
      ) : all.length === 0 ? (
        <p className="soft">None yet: nothing is asked for.</p>
      ) : (
        <ol className="policy-versions">
          {all.map((each, index) => (
            <li key={each.version} className="stack-small">
              <VersionHead version={each} />
              <PolicyChanges changes={policyChanges(all[index + 1]?.policy, each.policy)} onlyChanges />
              {each.version === inForce?.version || props.readOnly ? null : (
                <div>
                  <Button variant="default" size="compact-xs" onClick={() => setAgain(each)}>
                    Put version {each.version} in force again
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
      {versions.hasNextPage ? (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => void versions.fetchNextPage()}>
            Show older versions
          </Button>
        </div>
      ) : null}
      {again === null ? null : (
        <PutInForce scope={scope} version={again} inForce={inForce} onClose={() => setAgain(null)} />
      )}
    </section>
  );
}

function VersionHead(props: { readonly version: PolicyVersion }) {
  const { version } = props;
  return (
    <div>
      <strong>Version {version.version}</strong>{' '}
      <span className="soft">
        {version.origin === null ? (
          `by ${version.changedBy}`
        ) : (
          <>
            from {version.origin.path} at <code>{version.origin.commit.slice(0, 8)}</code>
          </>
        )}
        , <RelativeTime at={version.changedAt} />
      </span>
      {version.note === '' ? null : <div>“{version.note}”</div>}
    </div>
  );
}

function PutInForce(props: {
  readonly scope: PolicyScope;
  readonly version: PolicyVersion;
  readonly inForce: PolicyVersion | undefined;
  readonly onClose: () => void;
}) {
  const { scope, version, inForce } = props;
  const queryClient = useQueryClient();
  const set = useMutation({
    mutationFn: () =>
      api.setPolicy({
        body: {
          scope,
          policy: version.policy,
          note: `version ${version.version} again`,
          after: inForce?.version ?? 0,
        },
      }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['governance'] });
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={`Put version ${version.version} in force again`}>
      <div className="stack">
        <p style={{ margin: 0 }}>
          It becomes version {(inForce?.version ?? 0) + 1}; every version stays on record. This is what changes:
        </p>
        <PolicyChanges changes={policyChanges(inForce?.policy, version.policy)} />
        {set.isError ? <ErrorNote error={set.error} /> : null}
        <CommandLine command={`almanac policy set ${scopeOptions(scope)} --version ${version.version}`} />
        <div className="row">
          <Button loading={set.isPending} onClick={() => set.mutate()}>
            Put version {version.version} in force again
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </div>
    </Modal>
  );
}
