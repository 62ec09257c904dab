import type { Environment, Plan } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { CompletePlan } from './completion.tsx';
import { counted, findingsSummary } from './finding.view-model.ts';
import { type FindingEvents, Findings } from './findings.tsx';
import { EarliestLine, Obstacles } from './gates.tsx';
import { ListOrGraph } from './list-or-graph.tsx';
import { gatesOf } from './standing.view-model.ts';
import { StartPlan } from './start-plan.tsx';
import type { Draft } from './use-draft.ts';

/** What the draft would do: findings as a list and as a graph, the gates before it, and its start. */
export function ImpactPanel(
  props: {
    readonly draft: Draft;
    readonly environment: Environment;
    /** What is being analysed, in words. */
    readonly subject: string;
    /** Where further builds may come from. */
    readonly source: Environment | undefined;
    readonly onAdd: Parameters<typeof CompletePlan>[0]['onAdd'];
    /** Makes a new draft of the same choices, where the one of the address was started or cancelled. */
    readonly onAnew: () => void;
  } & Required<Omit<FindingEvents, 'plan'>>,
) {
  const { environment } = props;
  const { plan, analysing, over, error, retry } = props.draft;
  const standing = useQuery({
    queryKey: ['plan', String(plan?.number), 'standing', plan?.revision],
    queryFn: () => api.getPlanStanding({ params: { plan: plan?.id ?? '' } }),
    enabled: plan !== undefined && plan.state === 'draft',
    placeholderData: (old) => old,
  });
  const gates = standing.data === undefined ? [] : gatesOf(standing.data);
  return (
    <aside className={`impact environment-type-${environment.type}`} aria-label="What this would do">
      <div className="impact-head">
        <h2>What this would do to {environment.displayName}</h2>
        <p className="soft" role="status" aria-live="polite">
          {analysing
            ? `Analysing ${props.subject}…`
            : plan === undefined || over
              ? 'Choose what to deploy; its impact appears here.'
              : `${counted(plan.operations.length, 'operation')}: ${findingsSummary(plan.findings, props.confirmed)}`}
        </p>
      </div>
      {error === null ? null : <ErrorNote error={error} retry={retry} />}
      {plan !== undefined && over ? <Over plan={plan} onAnew={props.onAnew} /> : null}
      {plan === undefined || over ? null : (
        <div className={`stack${analysing ? ' impact-old' : ''}`}>
          <ListOrGraph plan={plan} beside>
            <Findings
              findings={plan.findings}
              plan={plan}
              onFix={props.onFix}
              confirmed={props.confirmed}
              onConfirm={props.onConfirm}
            />
            <CompletePlan
              key={plan.revision}
              plan={plan}
              target={environment}
              source={props.source}
              disabled={analysing}
              onAdd={props.onAdd}
            />
          </ListOrGraph>
          <section className="stack-small" aria-label="Gates">
            <h2>Before it may begin</h2>
            {standing.isError ? <ErrorNote error={standing.error} retry={() => void standing.refetch()} /> : null}
            {gates.length === 0 ? null : <Obstacles obstacles={gates} plan={plan} />}
            {standing.data === undefined ? null : <EarliestLine standing={standing.data} />}
          </section>
          <StartPlan
            key={plan.id}
            plan={plan}
            environment={environment}
            standing={standing.data}
            confirmed={props.confirmed}
            analysing={analysing}
          />
        </div>
      )}
    </aside>
  );
}

/** The draft of this address is no draft any more: where it went, and how to go on from the same choices. */
function Over(props: { readonly plan: Plan; readonly onAnew: () => void }) {
  const { plan } = props;
  return (
    <div className="note waiting stack-small">
      <span>
        <Link to="/plans/$plan" params={{ plan: String(plan.number) }}>
          Plan {plan.number}
        </Link>{' '}
        of these choices is a draft no more: it is {plan.state.replaceAll('-', ' ')}.
      </span>
      <div>
        <Button size="compact-xs" variant="default" onClick={props.onAnew}>
          Compose it anew
        </Button>
      </div>
    </div>
  );
}
