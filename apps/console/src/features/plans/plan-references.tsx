import type { Plan } from '@almanac/protocol';
import { ErrorNote } from '../../ui/page-states.tsx';
import { PlanGraphView } from './plan-graph.tsx';
import { usePlanGraph } from './use-plan-graph.ts';

/** The graph of a plan with its states: being read, failed, without any reference. A chunk of its own. */
export function PlanReferences(props: { readonly plan: Plan; readonly narrow: boolean }) {
  const { graph, reading, error, leftOut } = usePlanGraph(props.plan);
  if (error !== null) return <ErrorNote error={error} />;
  if (reading)
    return (
      <p className="soft" role="status">
        Reading what the applications provide and consume…
      </p>
    );
  return (
    <>
      <PlanGraphView graph={graph} narrow={props.narrow} />
      {leftOut === 0 ? null : (
        <p className="soft">{leftOut} further applications of this environment were not looked at for the drawing.</p>
      )}
    </>
  );
}
