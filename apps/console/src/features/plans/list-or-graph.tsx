import type { Plan } from '@almanac/protocol';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { SkeletonRows } from '../../ui/page-states.tsx';

const References = lazy(async () => ({ default: (await import('./plan-references.tsx')).PlanReferences }));

/** Switches between a list and the graph of the same plan; the graph is a chunk of its own. */
export function ListOrGraph(props: {
  readonly plan: Plan;
  /** Whether it stands beside something else; what is narrow by itself is found out. */
  readonly beside?: boolean;
  readonly children: ReactNode;
}) {
  const narrow = useMediaQuery('(max-width: 760px)') || props.beside === true;
  const [view, setView] = useState<'list' | 'graph'>('list');
  return (
    <section className="stack-small" aria-label="Impact">
      <fieldset className="switch">
        <legend className="visually-hidden">Show the impact as</legend>
        {(['list', 'graph'] as const).map((each) => (
          <label key={each} className={view === each ? 'active' : undefined}>
            <input
              type="radio"
              name="impact-view"
              className="visually-hidden"
              checked={view === each}
              onChange={() => setView(each)}
            />
            {each === 'list' ? 'List' : 'Graph'}
          </label>
        ))}
      </fieldset>
      {view === 'list' ? (
        props.children
      ) : (
        <Suspense fallback={<SkeletonRows rows={3} columns={3} />}>
          <References plan={props.plan} narrow={narrow} />
        </Suspense>
      )}
    </section>
  );
}
