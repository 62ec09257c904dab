import type { Environment, Plan, Standing } from '@almanac/protocol';
import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { instantOf, removalsToConfirm, startBlockedBy, startCommands, startLabel } from './start.view-model.ts';

const failurePolicies = [
  { value: 'stop', label: 'stop: what is done stays as it is' },
  { value: 'continue', label: 'continue with the others' },
  { value: 'return', label: 'return all to what it was' },
];

interface Wish {
  readonly notes: string;
  readonly failurePolicy: Plan['failurePolicy'];
  readonly notBefore: string;
  readonly typed: string;
}

/** The last words before a draft is started: notes, time, what happens when something fails. */
export function StartPlan(props: {
  readonly plan: Plan;
  readonly environment: Environment;
  readonly standing: Standing | undefined;
  readonly confirmed: ReadonlySet<string>;
  /** Whether what is shown is of earlier choices. */
  readonly analysing: boolean;
}) {
  const { plan, environment, standing, confirmed } = props;
  const [wish, setWish] = useState<Wish>({
    notes: plan.notes,
    failurePolicy: plan.failurePolicy,
    notBefore: '',
    typed: '',
  });
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const toPlan = (number: number) => void navigate({ to: '/plans/$plan', params: { plan: String(number) } });
  const save = useMutation({ mutationFn: () => saveWords(plan, wish), onSuccess: (saved) => toPlan(saved.number) });
  const start = useMutation({
    mutationFn: async () => startDraft({ plan: await saveWords(plan, wish), wish, confirmed, standing }),
    onSuccess: (started) => toPlan(started.number),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['board'] }),
  });
  const discard = useMutation({
    mutationFn: () => api.cancelPlan({ params: { plan: plan.id }, body: {} }),
    onSuccess: () => void navigate({ to: '/plans', search: {} }),
  });
  const removals = removalsToConfirm(plan, environment.type);
  const blocked = startBlockedBy({ plan, standing, confirmed });
  const unnamed = removals.length > 0 && wish.typed !== environment.name;
  return (
    <Form className="stack-small start-plan" onSubmit={() => start.mutate()}>
      <Textarea
        label="Notes"
        placeholder="What is this for?"
        autosize
        minRows={1}
        value={wish.notes}
        onChange={(event) => setWish({ ...wish, notes: event.currentTarget.value })}
      />
      <div className="start-row">
        <Select
          label="When an operation fails"
          data={failurePolicies}
          value={wish.failurePolicy}
          onChange={(value) => setWish({ ...wish, failurePolicy: value as Plan['failurePolicy'] })}
        />
        <TextInput
          label="Not before"
          type="datetime-local"
          value={wish.notBefore}
          onChange={(event) => setWish({ ...wish, notBefore: event.currentTarget.value })}
        />
      </div>
      {removals.length === 0 ? null : (
        <TextInput
          label={`${removals.join(', ')} ${removals.length === 1 ? 'stops' : 'stop'} answering in ${environment.displayName}. Type ${environment.name} to say that you want this.`}
          value={wish.typed}
          onChange={(event) => setWish({ ...wish, typed: event.currentTarget.value })}
        />
      )}
      {blocked === null ? null : <p className="soft">{blocked}</p>}
      {start.isError || save.isError || discard.isError ? (
        <ErrorNote error={start.error ?? save.error ?? discard.error} />
      ) : null}
      <div className="row start-buttons">
        <Button
          type="submit"
          color={environment.type === 'production' ? 'red' : 'ink'}
          loading={start.isPending}
          disabled={blocked !== null || unnamed || props.analysing}
        >
          {startLabel({ plan, environment: environment.displayName, standing, notBefore: wish.notBefore })}
        </Button>
        <Button variant="default" loading={save.isPending} disabled={props.analysing} onClick={() => save.mutate()}>
          Keep it as a draft
        </Button>
        <Button variant="subtle" loading={discard.isPending} onClick={() => discard.mutate()}>
          Discard draft {plan.number}
        </Button>
      </div>
      {startCommands({ plan, confirmed, notBefore: wish.notBefore }).map((command) => (
        <CommandLine key={command} command={command} />
      ))}
    </Form>
  );
}

/** Stores notes and failure policy where they differ from the draft's. */
function saveWords(plan: Plan, wish: Wish): Promise<Plan> {
  if (plan.notes === wish.notes && plan.failurePolicy === wish.failurePolicy) return Promise.resolve(plan);
  return api.editPlan({
    params: { plan: plan.id },
    body: { notes: wish.notes, failurePolicy: wish.failurePolicy, revision: plan.revision },
  });
}

async function startDraft(input: {
  readonly plan: Plan;
  readonly wish: Wish;
  readonly confirmed: ReadonlySet<string>;
  readonly standing: Standing | undefined;
}): Promise<Plan> {
  const { wish } = input;
  const params = { plan: input.plan.id };
  const plan =
    wish.notBefore === ''
      ? input.plan
      : await api.schedulePlan({ params, body: { startAt: instantOf(wish.notBefore), revision: input.plan.revision } });
  return api.startPlan({
    params,
    body: {
      revision: plan.revision,
      confirm: [...input.confirmed],
      waitForThaw: input.standing?.obstacles.some((each) => each.code === 'frozen') === true,
    },
  });
}
