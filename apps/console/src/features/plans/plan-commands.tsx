import type { Plan } from '@almanac/protocol';
import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { commandsOf, confirmationsOf, type PlanCommand } from './plan.view-model.ts';

interface Given {
  readonly command: PlanCommand;
  readonly reason: string;
}

/** The commands that a plan takes in its state; those that need a reason ask for it first. */
export function PlanCommands(props: { readonly plan: Plan }) {
  const { plan } = props;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [asked, ask] = useState<PlanCommand | null>(null);
  const run = useMutation({
    mutationFn: (given: Given) => carryOut(plan, given),
    onSuccess: (after, { command }) => {
      ask(null);
      if (command.kind === 'retry') void navigate({ to: '/plans/$plan', params: { plan: String(after.number) } });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['plan'] }),
  });
  return (
    <>
      {commandsOf(plan).map((command) => (
        <Button
          key={command.kind}
          variant={command.leads ? 'filled' : 'default'}
          loading={run.isPending && run.variables.command.kind === command.kind}
          onClick={() => (command.asks === null ? run.mutate({ command, reason: '' }) : ask(command))}
        >
          {command.label}
        </Button>
      ))}
      <Button
        component="a"
        variant="subtle"
        href={`/api/v1/plans/${plan.number}/report.html`}
        target="_blank"
        rel="noreferrer"
      >
        Report
      </Button>
      {run.isError && asked === null ? <ErrorNote error={run.error} /> : null}
      {asked === null ? null : (
        <ReasonDialog
          command={asked}
          error={run.error}
          pending={run.isPending}
          onGive={(reason) => run.mutate({ command: asked, reason })}
          onClose={() => ask(null)}
        />
      )}
    </>
  );
}

function carryOut(plan: Plan, { command, reason }: Given): Promise<Plan> {
  const params = { plan: plan.id };
  switch (command.kind) {
    case 'start':
      return api.startPlan({ params, body: { revision: plan.revision, confirm: confirmationsOf(plan) } });
    case 'approve':
      return api.approvePlan({ params, body: { content: plan.content } });
    case 'reject':
      return api.rejectPlan({ params, body: { comment: reason } });
    case 'continue':
      return api.continuePlan({ params, body: {} });
    case 'pause':
      return api.pausePlan({ params, body: { reason } });
    case 'retry':
      return api.retryPlan({ params, body: {} });
    case 'cancel':
      return api.cancelPlan({ params, body: {} });
    case 'abort':
      return api.abortPlan({ params, body: {} });
  }
}

function ReasonDialog(props: {
  readonly command: PlanCommand;
  readonly error: Error | null;
  readonly pending: boolean;
  readonly onGive: (reason: string) => void;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <Modal opened onClose={props.onClose} title={props.command.label} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <Textarea
          label={props.command.asks}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          data-autofocus
        />
        {props.error === null ? null : <ErrorNote error={props.error} />}
        <div className="row">
          <Button disabled={reason.trim().length < 3} loading={props.pending} onClick={() => props.onGive(reason)}>
            {props.command.label}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </div>
    </Modal>
  );
}
