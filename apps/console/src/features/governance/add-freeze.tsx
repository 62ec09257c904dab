import { ProblemError } from '@almanac/client';
import { Button, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { CalendarFields } from './calendar-fields.tsx';
import { newCalendar } from './calendar-form.view-model.ts';
import { type FreezeForm, freezeCommand, freezeRequest } from './freeze-form.view-model.ts';
import { scopeChoices } from './scope.view-model.ts';

/** Asks what is frozen, why, and for how long; nothing begins there while it holds. */
export function AddFreeze(props: { readonly onDone: () => void }) {
  const queryClient = useQueryClient();
  const [form, setForm] = useState<FreezeForm>({
    name: '',
    where: 'estate',
    reason: '',
    from: '',
    until: '',
    calendar: null,
  });
  const change = (next: Partial<FreezeForm>) => setForm({ ...form, ...next });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 200 } }),
  });
  const add = useMutation({
    mutationFn: () => api.createFreeze({ body: freezeRequest(form) }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['governance'] });
      props.onDone();
    },
  });
  const errors = add.error instanceof ProblemError ? (add.error.problem.errors ?? []) : [];
  const fault = (pointer: string) => errors.find((each) => each.pointer === pointer)?.detail;
  return (
    <Form onSubmit={() => add.mutate()}>
      <div className="field-row">
        <TextInput
          label="Name"
          placeholder="year-end"
          required
          data-autofocus
          value={form.name}
          error={fault('/name')}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="What is frozen"
          data={[...scopeChoices(environments.data?.items ?? [])]}
          value={form.where}
          onChange={(where) => where !== null && change({ where })}
        />
      </div>
      <Textarea
        label="Why"
        required
        autosize
        minRows={1}
        value={form.reason}
        error={fault('/reason')}
        onChange={(event) => change({ reason: event.currentTarget.value })}
      />
      <div className="field-row">
        <TextInput
          label="From"
          description="now, when it is empty"
          type="datetime-local"
          value={form.from}
          error={fault('/from')}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          label="Until"
          description="until somebody lifts it, when it is empty"
          type="datetime-local"
          value={form.until}
          error={fault('/until')}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      </div>
      <Switch
        size="xs"
        label="Only at recurring times"
        checked={form.calendar !== null}
        onChange={(event) => {
          const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
          const calendar = newCalendar({ key: 'freeze', zone, now: Date.now() });
          change({ calendar: event.currentTarget.checked ? calendar : null });
        }}
      />
      {form.calendar === null ? null : (
        <CalendarFields form={form.calendar} onChange={(calendar) => change({ calendar })} />
      )}
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <CommandLine command={freezeCommand(form)} />
      <div>
        <Button
          type="submit"
          loading={add.isPending}
          disabled={form.name.trim() === '' || form.reason.trim().length < 3}
        >
          Freeze {form.name}
        </Button>
      </div>
    </Form>
  );
}
