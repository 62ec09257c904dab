import type { Plan } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
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
import { Gates, Words } from './gates.tsx';
import { isAtGates, isToldByGates } from './plan.view-model.ts';
import { PlanCommands } from './plan-commands.tsx';
import { PlanTimeline } from './plan-timeline.tsx';
import { RollBackPlan } from './roll-back-plan.tsx';

export function PlanPage() {
  const { plan: number } = useParams({ from: '/signed-in/plans/$plan' });
  const plan = useQuery({
    queryKey: ['plan', number],
    queryFn: () => api.getPlan({ params: { plan: number } }),
    refetchInterval: 5000,
  });
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
          {(found) => (
            <>
              {found.reason === null || isToldByGates(found) ? null : (
                <div className={`note ${found.state === 'failed' ? 'failed' : 'waiting'}`}>{found.reason}</div>
              )}
              {found.notes === '' ? null : <p style={{ margin: 0 }}>{found.notes}</p>}
              <PlanTimeline plan={found} />
              {found.findings.length === 0 ? null : <Findings findings={found.findings} />}
              {isAtGates(found) ? <Gates plan={found} /> : null}
              <Words plan={found} />
            </>
          )}
        </Read>
        {log.error === null ? null : <ErrorNote error={log.error} />}
        <LogView text={log.text} complete={log.complete} label="Log of this plan" />
        <CommandLine command={`almanac plan show ${number} --follow`} />
      </div>
    </Page>
  );
}

const colour = { info: '\x1b[1m', warning: '\x1b[33m', error: '\x1b[31m' } as const;

function Under(props: { readonly plan: Plan }) {
  const { plan } = props;
  return (
    <span className="row" style={{ display: 'inline-flex', flexWrap: 'wrap' }}>
      <StateOf state={plan.state} />
      <span>
        in {plan.environment.name}, {startedBy(plan)}, <RelativeTime at={plan.createdAt} />
      </span>
    </span>
  );
}

/** Who began it, in words: an environment that follows a branch does it by itself. */
function startedBy(plan: Plan): string {
  return plan.origin === 'following' ? 'because it follows its branch' : `by ${plan.requestedBy}`;
}
