import type { BuildDetail } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { api } from '../../api.ts';
import { took } from '../../ui/ago.ts';
import { LogView } from '../../ui/log-view.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { useGrowingText } from '../../ui/use-growing-text.ts';
import { VersionChip } from '../../ui/version-chip.tsx';
import { useMay } from '../access/use-may.ts';
import { QuarantineBuild } from '../governance/quarantine-build.tsx';
import { BuildContracts } from './build-contracts.tsx';

export function BuildPage() {
  const params = useParams({ from: '/signed-in/builds/$build' });
  // The path parameter is the key of a build; a wrong one is answered by the server.
  const id = params.build as BuildDetail['id'];
  const queryClient = useQueryClient();
  const build = useQuery({
    queryKey: ['build', id],
    queryFn: () => api.getBuild({ params: { build: id } }),
    refetchInterval: 10_000,
  });
  const cancel = useMutation({
    mutationFn: () => api.cancelBuild({ params: { build: id } }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['build', id] }),
  });
  const read = useCallback(
    (after: number | undefined, signal: AbortSignal) =>
      api.readBuildLog({ params: { build: id }, query: { after: after ?? 0, wait: 20 }, signal }),
    [id],
  );
  const log = useGrowingText(read);
  const open = build.data?.state === 'queued' || build.data?.state === 'running';
  return (
    <Page
      title={build.data === undefined ? 'Build' : `${build.data.application.name}, build ${build.data.number}`}
      under={
        build.data === undefined ? undefined : (
          <Link
            to="/applications/$application"
            params={{ application: build.data.application.name }}
            search={{}}
          >{`All builds of ${build.data.application.name}`}</Link>
        )
      }
      actions={
        open ? (
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel this build
          </Button>
        ) : build.data?.state === 'succeeded' ? (
          <PutIntoQuarantine build={build.data} />
        ) : undefined
      }
    >
      <OfflineNote />
      <div className="stack">
        {cancel.isError ? <ErrorNote error={cancel.error} /> : null}
        <Read query={build} skeleton={<SkeletonRows rows={4} columns={2} />}>
          {(found) => <Facts build={found} />}
        </Read>
        {build.data?.state === 'succeeded' ? <BuildContracts build={id} /> : null}
        {log.error === null ? null : <ErrorNote error={log.error} />}
        <LogView text={log.text} complete={log.complete} label="Log of this build" />
      </div>
    </Page>
  );
}

function Facts(props: { readonly build: BuildDetail }) {
  const { build } = props;
  return (
    <div className="stack">
      {build.fault === null ? null : (
        <div className="note failed" role="alert">
          <strong>{build.fault.detail}</strong>
          {(build.fault.faults ?? []).map((each) => (
            <div key={`${each.line}:${each.column}:${each.detail}`} className="mono">
              {each.line}:{each.column} {each.path} {each.detail}
            </div>
          ))}
        </div>
      )}
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <StateOf state={build.state} />
        </dd>
        <dt>Commit</dt>
        <dd>
          <VersionChip label={build.label} />{' '}
          {build.commit === null ? '' : <span className="mono soft">{build.commit.slice(0, 8)}</span>} {build.subject}
        </dd>
        <dt>Asked for</dt>
        <dd>
          by {build.requestedBy}, <RelativeTime at={build.createdAt} />
          {build.startedAt === null
            ? ''
            : `, took ${took({ from: build.startedAt, to: build.endedAt, now: Date.now() })}`}
        </dd>
        {build.evidence.map((each) => (
          <FragmentRow
            key={each.module}
            term={`Tests of ${each.module}`}
            text={`${each.passed} passed, ${each.failed} failed, ${each.skipped} skipped`}
          />
        ))}
        {build.modules.map((each) => (
          <FragmentRow
            key={each.name}
            term={`Module ${each.name}`}
            text={`${(each.size / 1024 / 1024).toFixed(2)} MiB, ${each.digest.slice(0, 19)}${each.reused ? ', reused' : ''}`}
          />
        ))}
      </dl>
      {build.evidence
        .flatMap((each) => each.failures)
        .map((each) => (
          <div key={each.suite + each.test} className="note failed">
            <strong>{each.test}</strong>
            <div className="mono">{each.message}</div>
          </div>
        ))}
    </div>
  );
}

function FragmentRow(props: { readonly term: string; readonly text: string }) {
  return (
    <>
      <dt>{props.term}</dt>
      <dd>{props.text}</dd>
    </>
  );
}

function PutIntoQuarantine(props: { readonly build: BuildDetail }) {
  const { application, id, label } = props.build;
  const [asking, setAsking] = useState(false);
  if (!useMay('capability:deploy')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Put it into quarantine…
      </Button>
      {asking ? (
        <QuarantineBuild application={application.name} build={id} label={label} onClose={() => setAsking(false)} />
      ) : null}
    </>
  );
}
