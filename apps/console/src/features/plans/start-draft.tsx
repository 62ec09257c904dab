import type { Plan } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { asksForConfirmation } from './finding.view-model.ts';
import { Findings } from './findings.tsx';
import { StartPlan } from './start-plan.tsx';

/** The start of a draft on its own page: what has to be confirmed, then the same last words as in the composer. */
export function StartDraft(props: { readonly plan: Plan }) {
  const { plan } = props;
  const [confirmed, setConfirmed] = useState<ReadonlySet<string>>(new Set());
  const environment = useQuery({
    queryKey: ['environment', plan.environment.id],
    queryFn: () => api.getEnvironment({ params: { environment: plan.environment.id } }),
  });
  const standing = useQuery({
    queryKey: ['plan', String(plan.number), 'standing', plan.revision],
    queryFn: () => api.getPlanStanding({ params: { plan: plan.id } }),
    placeholderData: (old) => old,
  });
  const open = plan.findings.filter(asksForConfirmation);
  return (
    <Read query={environment} skeleton={<SkeletonRows rows={2} columns={2} />}>
      {(found) => (
        <section className="stack-small start-here" aria-label="Start">
          {open.length === 0 ? null : (
            <Findings
              findings={open}
              confirmed={confirmed}
              onConfirm={(code, yes) =>
                setConfirmed(new Set([...confirmed, code].filter((each) => yes || each !== code)))
              }
            />
          )}
          <StartPlan
            key={plan.revision}
            plan={plan}
            environment={found}
            standing={standing.data}
            confirmed={confirmed}
            analysing={false}
          />
        </section>
      )}
    </Read>
  );
}
