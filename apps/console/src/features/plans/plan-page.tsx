import { urlOf } from '@almanac/client';
import { type Plan, routes } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { LogView } from '../../ui/log-view.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { useGrowingText } from '../../ui/use-growing-text.ts';
import { Findings } from './findings.tsx';
import { ListOrGraph } from './list-or-graph.tsx';
import { hasGates, isAtGates, startedBy } from './plan.view-model.ts';
import { PlanCommands } from './plan-commands.tsx';
import { PlanGates } from './plan-gates.tsx';
import { PlanTimeline } from './plan-timeline.tsx';
import { RollBackPlan } from './roll-back-plan.tsx';
import { StartDraft } from './start-draft.tsx';

/** A plan: where it stands, what it waits for, what it does, what was found, and its log. */
export function PlanPage() {
  const { plan: number } = useParams({ from: '/signed-in/plans/$plan' });
  const plan = useQuery({
    queryKey: ['plan', number],
    queryFn: () => api.getPlan({ params: { plan: number } }),
    refetchInterval: 5000,
  });
  return (
    <Page
      title={`Plan ${number}`}
      under={plan.data === undefined ? undefined : <Under plan={plan.data} />}
      actions={
        plan.data === undefined ? undefined : (
          <>
            <PlanCommands plan={plan.data} />
            <RollBackPlan plan={plan.data} />
          </>
        )
      }
    >
      <OfflineNote />
      <div className="stack">
        <Read query={plan} skeleton={<SkeletonRows rows={4} columns={3} />}>
          {(found) => <Content plan={found} />}
        </Read>
        <PlanLog number={number} />
        <CommandLine command={`almanac plan show ${number} --follow`} />
        {plan.data === undefined ? null : <Reports plan={plan.data} />}
      </div>
    </Page>
  );
}

function Content(props: { readonly plan: Plan }) {
  const { plan } = props;
  return (
    <>
      {plan.reason === null || isAtGates(plan) ? null : (
        <div className={`note ${plan.state === 'failed' ? 'failed' : 'waiting'}`}>{plan.reason}</div>
      )}
      {plan.notes === '' ? null : <p style={{ margin: 0 }}>{plan.notes}</p>}
      <PlanGates plan={plan} />
      {plan.state === 'draft' ? <StartDraft plan={plan} /> : null}
      <PlanTimeline plan={plan} />
      <ListOrGraph plan={plan}>
        <Findings findings={plan.findings} {...(hasGates(plan) ? { plan } : {})} />
      </ListOrGraph>
    </>
  );
}

const colour = { info: '\x1b[1m', warning: '\x1b[33m', error: '\x1b[31m' } as const;

function PlanLog(props: { readonly number: string }) {
  const { number } = props;
  const read = useCallback(
    async (after: number | undefined, signal: AbortSignal) => {
      const chunk = await api.readPlanLog({ params: { plan: number }, query: { after: after ?? 0, wait: 20 }, signal });
      const text = chunk.entries
        .map(
          (each) =>
            `${each.at.slice(11, 19)} ${colour[each.level]}${[each.application, each.site].filter((part) => part !== null).join(' on ')}\x1b[0m ${each.message}\n`,
        )
        .join('');
      return { text, next: chunk.next, complete: chunk.complete };
    },
    [number],
  );
  const log = useGrowingText(read);
  return (
    <>
      {log.error === null ? null : <ErrorNote error={log.error} />}
      <LogView text={log.text} complete={log.complete} label="Log of this plan" />
    </>
  );
}

function Reports(props: { readonly plan: Plan }) {
  const params = { plan: props.plan.number };
  return (
    <p className="soft" style={{ margin: 0 }}>
      Report as evidence:{' '}
      <a href={urlOf({ baseUrl: '', route: routes.getPlanReportPage, params })} target="_blank" rel="noreferrer">
        page
      </a>{' '}
      ·{' '}
      <a href={urlOf({ baseUrl: '', route: routes.getPlanReport, params })} target="_blank" rel="noreferrer">
        JSON
      </a>
    </p>
  );
}

function Under(props: { readonly plan: Plan }) {
  const { plan } = props;
  return (
    <span className="row" style={{ display: 'inline-flex', flexWrap: 'wrap' }}>
      <StateOf state={plan.state} />
      <span>
        in {plan.environment.name}, {startedBy(plan)}, <RelativeTime at={plan.createdAt} />
        <ReleaseOf plan={plan} />
      </span>
    </span>
  );
}

/** The release that a plan was composed of; one that was removed has its name only. */
function ReleaseOf(props: { readonly plan: Plan }) {
  const { release } = props.plan;
  if (release === null) return null;
  return (
    <>
      , of release{' '}
      {release.id === null ? (
        `${release.name}, which was removed since`
      ) : (
        <Link to="/releases/$release" params={{ release: release.name }}>
          {release.name}
        </Link>
      )}
    </>
  );
}
