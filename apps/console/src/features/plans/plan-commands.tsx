import type { Plan } from '@almanac/protocol';
import { Button, Menu, Modal, Select, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { encodeChoices } from './choice.ts';
import { choicesOfPlan } from './compose.view-model.ts';
import { commandsOf, type PlanCommand } from './plan.view-model.ts';
import { strategiesOfPlan } from './strategy-choice.ts';

const buttons = new Set<PlanCommand['kind']>(['approve', 'reject', 'continue', 'abort', 'edit']);

/** What can be done with a plan: the likely ones as buttons, the others in a menu; each says first what happens. */
export function PlanCommands(props: { readonly plan: Plan }) {
  const { plan } = props;
  const navigate = useNavigate();
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.getMe(), staleTime: 60_000 });
  const [asked, setAsked] = useState<PlanCommand | null>(null);
  const commands = commandsOf(plan, me.data?.name);
  const take = (command: PlanCommand) => {
    if (command.kind !== 'edit') return setAsked(command);
    return void navigate({
      to: '/plans/compose',
      search: {
        to: plan.environment.name,
        plan: plan.number,
        choose: encodeChoices(choicesOfPlan(plan)),
        rollout: strategiesOfPlan(plan),
        ...(plan.release?.id == null ? {} : { from: `release:${plan.release.name}` }),
      },
    });
  };
  // Who composed it is asked last: where policy excludes the requester, the server refuses with words.
  const own = me.data !== undefined && plan.authors.includes(me.data.name);
  const isButton = ({ kind }: PlanCommand) => buttons.has(kind) && !(own && (kind === 'approve' || kind === 'reject'));
  const others = commands.filter((each) => !isButton(each));
  return (
    <>
      {commands.filter(isButton).map((each) => (
        <Button
          key={each.kind}
          variant={each.kind === 'approve' || each.kind === 'continue' ? 'filled' : 'default'}
          onClick={() => take(each)}
        >
          {each.label}
        </Button>
      ))}
      {others.length === 0 ? null : (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" rightSection={<span aria-hidden>▾</span>}>
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((each) => (
              <Menu.Item key={each.kind} onClick={() => take(each)}>
                {each.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {asked === null ? null : <Confirm plan={plan} command={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Confirm(props: { readonly plan: Plan; readonly command: PlanCommand; readonly onClose: () => void }) {
  const { plan, command } = props;
  const [words, setWords] = useState('');
  const [environment, setEnvironment] = useState<string | null>(null);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const run = useMutation({
    mutationFn: () => runCommand({ plan, command, words: words.trim(), environment }),
    onSuccess: (result) => {
      props.onClose();
      if (result.number !== plan.number) void navigate({ to: '/plans/$plan', params: { plan: String(result.number) } });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['plan'] }),
  });
  const unsaid =
    (command.words === 'required' && words.trim().length < 3) || (command.kind === 'reuse' && environment === null);
  return (
    <Modal opened onClose={props.onClose} title={command.label}>
      <Form onSubmit={() => run.mutate()}>
        <p style={{ margin: 0 }}>{command.consequence}</p>
        {command.kind === 'reuse' ? (
          <OtherEnvironment not={plan.environment.name} value={environment} onChange={setEnvironment} />
        ) : null}
        {command.words === 'none' ? null : (
          <Textarea
            label={command.words === 'required' ? 'Why' : 'Comment'}
            required={command.words === 'required'}
            data-autofocus
            autosize
            minRows={2}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
        {run.isError ? <ErrorNote error={run.error} /> : null}
        <CommandLine command={command.command.replace('<environment>', environment ?? '<environment>')} />
        <div className="row">
          <Button type="submit" loading={run.isPending} disabled={unsaid}>
            {command.label}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </Form>
    </Modal>
  );
}

function OtherEnvironment(props: {
  readonly not: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}) {
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  return (
    <Select
      label="Environment"
      required
      data={(environments.data?.items ?? [])
        .filter((each) => each.name !== props.not)
        .map((each) => ({ value: each.name, label: each.displayName }))}
      value={props.value}
      onChange={props.onChange}
    />
  );
}

function runCommand(input: {
  readonly plan: Plan;
  readonly command: PlanCommand;
  readonly words: string;
  readonly environment: string | null;
}): Promise<Plan> {
  const { plan, words } = input;
  const params = { plan: plan.id };
  switch (input.command.kind) {
    case 'approve':
      return api.approvePlan({ params, body: { content: plan.content, comment: words } });
    case 'reject':
      return api.rejectPlan({ params, body: { comment: words } });
    case 'withdraw':
      return api.withdrawApproval({ params, body: {} });
    case 'continue':
      return api.continuePlan({ params, body: {} });
    case 'pause':
      return api.pausePlan({ params, body: { reason: words } });
    case 'abort':
      return api.abortPlan({ params, body: {} });
    case 'cancel':
      return api.cancelPlan({ params, body: {} });
    case 'retry':
      return api.retryPlan({ params, body: {} });
    case 'reuse':
      return api.reusePlan({ params, body: { environment: input.environment ?? '' } });
    case 'edit':
      return Promise.resolve(plan);
  }
}
