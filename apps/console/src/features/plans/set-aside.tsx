import type { Plan } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { AskReason } from '../../ui/ask-reason.tsx';
import { useMay } from '../access/use-may.ts';
import { type Exemptible, exemptCommand, exemptWords } from './exemption.view-model.ts';

/** Sets something aside that holds a plan back, for what the plan contains now; for those who have that right. */
export function SetAside(props: { readonly plan: Plan; readonly subject: Exemptible }) {
  const { plan, subject } = props;
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  if (!useMay('capability:administer')) return null;
  const words = exemptWords(subject);
  return (
    <div className="set-aside">
      <Button size="compact-xs" variant="default" onClick={() => setAsking(true)}>
        Set {words} aside…
      </Button>
      {asking ? (
        <AskReason
          title={`Set ${words} aside for plan ${plan.number}`}
          action={`Set ${words} aside`}
          command={(reason) => exemptCommand({ plan, subject, reason })}
          run={async (reason) => {
            const next = await api.exemptPlan({ params: { plan: plan.id }, body: { subject, reason } });
            queryClient.setQueryData(['plan', String(plan.number)], next);
            await queryClient.invalidateQueries({ queryKey: ['plan'] });
          }}
          onClose={() => setAsking(false)}
        >
          It counts for exactly what plan {plan.number} contains now, and for nothing else. Your name and reason stay on
          record, in the plan and in its report.
        </AskReason>
      ) : null}
    </div>
  );
}
