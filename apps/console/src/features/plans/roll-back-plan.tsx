import type { Plan } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';

const undoable = new Set<Plan['state']>(['succeeded', 'succeeded-with-warnings', 'failed', 'aborted']);

/** Composes the plan that undoes all that a plan changed, and leads to it. */
export function RollBackPlan(props: { readonly plan: Plan }) {
  const { plan } = props;
  const navigate = useNavigate();
  const rollBack = useMutation({
    mutationFn: () => api.rollBackPlan({ params: { plan: plan.id }, body: {} }),
    onSuccess: (way) => void navigate({ to: '/plans/$plan', params: { plan: String(way.number) } }),
  });
  if (!undoable.has(plan.state) || plan.operations.every((each) => each.state !== 'succeeded')) return null;
  return (
    <>
      <Button variant="default" loading={rollBack.isPending} onClick={() => rollBack.mutate()}>
        Plan the way back from plan {plan.number}
      </Button>
      {rollBack.isError ? <ErrorNote error={rollBack.error} /> : null}
    </>
  );
}
