import type { Plan } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { EarliestLine, Obstacles, Voices } from './gates.tsx';
import { hasGates } from './plan.view-model.ts';
import { gatesOf, voices } from './standing.view-model.ts';

/** What stands between a plan and its start or switch, who said what, and what was set aside with which reason. */
export function PlanGates(props: { readonly plan: Plan }) {
  const { plan } = props;
  const open = hasGates(plan);
  const said = voices(plan);
  if (!open && said.length === 0 && plan.exemptions.length === 0) return null;
  return (
    <section className="stack-small" aria-label="Gates">
      <h2>{open ? 'What stands in the way' : 'Who let it through'}</h2>
      {open ? <OpenGates plan={plan} /> : null}
      <Voices voices={said} />
      {plan.exemptions.map((each) => (
        <p key={each.subject + each.at} className={`note ${each.valid ? 'warning' : ''}`} style={{ margin: 0 }}>
          {each.by} set {each.subject === 'calendar' ? 'freezes and change windows' : `“${each.subject}”`} aside:{' '}
          {each.reason}
          {each.valid ? '' : ' (for an earlier content; it does not count any more)'}
        </p>
      ))}
    </section>
  );
}

function OpenGates(props: { readonly plan: Plan }) {
  const { plan } = props;
  const standing = useQuery({
    queryKey: ['plan', String(plan.number), 'standing', plan.revision],
    queryFn: () => api.getPlanStanding({ params: { plan: plan.id } }),
    placeholderData: (old) => old,
    refetchInterval: 30_000,
  });
  return (
    <Read query={standing} skeleton={<SkeletonRows rows={2} columns={2} />}>
      {(found) => (
        <>
          {gatesOf(found).length === 0 ? null : <Obstacles obstacles={gatesOf(found)} plan={plan} />}
          <EarliestLine standing={found} />
        </>
      )}
    </Read>
  );
}
