import type { Environment, Plan } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { Change } from '../../ui/version-chip.tsx';
import { Findings } from '../plans/findings.tsx';
import { confirmationsOf } from '../plans/plan.view-model.ts';
import type { CellAction } from './board.view-model.ts';

/** Composes the plan of an action, shows what it would do and find, and starts it when the person says so. */
export function PlanDialog(props: {
  readonly application: string;
  readonly action: CellAction;
  readonly from: Environment;
  readonly onClose: () => void;
}) {
  const { action, application, from } = props;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const draft = useQuery({
    queryKey: ['draft', application, action.kind, action.environment.id, from.id],
    queryFn: () =>
      api.createPlan({
        body: { environment: action.environment.name, operations: [operationOf({ application, action, from })] },
      }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const start = useMutation({
    mutationFn: (plan: Plan) =>
      api.startPlan({
        params: { plan: plan.id },
        body: { revision: plan.revision, confirm: confirmationsOf(plan) },
      }),
    onSuccess: (plan) => {
      void queryClient.invalidateQueries({ queryKey: ['board'] });
      void navigate({ to: '/plans/$plan', params: { plan: String(plan.number) } });
    },
  });
  const cancel = () => {
    if (draft.data !== undefined && !start.isPending)
      void api.cancelPlan({ params: { plan: draft.data.id }, body: {} }).catch(() => undefined);
    props.onClose();
  };
  return (
    <Modal opened onClose={cancel} title={action.label}>
      <div
        className={`stack environment-type-${action.environment.type}`}
        style={{ borderTop: '3px solid var(--hue)', paddingTop: 16 }}
      >
        <EnvironmentTag environment={action.environment} />
        {draft.isPending ? <p className="soft">Working out what this changes…</p> : null}
        {draft.isError ? <ErrorNote error={draft.error} retry={() => void draft.refetch()} /> : null}
        {draft.data === undefined ? null : <PlanPreview plan={draft.data} />}
        {start.isError ? <ErrorNote error={start.error} /> : null}
        <CommandLine command={action.command} />
        <div className="row">
          <Button
            disabled={draft.data === undefined || draft.data.findings.some((each) => each.severity === 'error')}
            loading={start.isPending}
            color={action.environment.type === 'production' ? 'red' : 'ink'}
            onClick={() => draft.data !== undefined && start.mutate(draft.data)}
          >
            {action.label}
          </Button>
          <Button variant="default" onClick={cancel}>
            Do nothing
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function PlanPreview(props: { readonly plan: Plan }) {
  return (
    <>
      <ul style={{ margin: 0, paddingLeft: 0, listStyle: 'none' }}>
        {props.plan.operations.map((operation) => (
          <li key={operation.id} className="row">
            <strong>{operation.application.name}</strong>
            {operation.kind === 'configure' ? (
              <span>gets its changed settings</span>
            ) : (
              <Change before={operation.before} after={operation.after} />
            )}
          </li>
        ))}
      </ul>
      <Findings findings={props.plan.findings} />
    </>
  );
}

function operationOf(input: { readonly application: string; readonly action: CellAction; readonly from: Environment }) {
  const { application, action, from } = input;
  switch (action.kind) {
    case 'promote': {
      const environment =
        from.id === action.environment.id ? (action.environment.promotesFrom?.name ?? from.name) : from.name;
      return { kind: 'deploy', application, source: { kind: 'environment', environment } } as const;
    }
    case 'deploy-latest':
      return { kind: 'deploy', application, source: { kind: 'latest' } } as const;
    case 'roll-back':
      return { kind: 'deploy', application, source: { kind: 'previous' } } as const;
    case 'configure':
      return { kind: 'configure', application } as const;
  }
}
