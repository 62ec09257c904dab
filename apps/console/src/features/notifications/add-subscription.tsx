import { notificationKinds } from '@almanac/domain';
import { Button, MultiSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

const kinds = [...new Set(notificationKinds.map((kind) => `${kind.split('-')[0]}-*`)), ...notificationKinds];

interface Wanted {
  readonly name: string;
  readonly kind: 'webhook' | 'email';
  readonly to: string;
  readonly events: string[];
  readonly environments: string[];
}

/** Asks where notifications go and which; shows the secret of a webhook, once. */
export function AddSubscription(props: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [wanted, setWanted] = useState<Wanted>({ name: '', kind: 'webhook', to: '', events: [], environments: [] });
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const add = useMutation({
    mutationFn: () =>
      api.createNotificationSubscription({
        body: {
          name: wanted.name,
          address:
            wanted.kind === 'webhook'
              ? { kind: 'webhook', url: wanted.to }
              : { kind: 'email', to: addressesOf(wanted) },
          filter: { events: wanted.events, environments: wanted.environments },
        },
      }),
    onSuccess: ({ secret }) => {
      void queryClient.invalidateQueries({ queryKey: ['subscriptions'] });
      if (secret === null) props.onClose();
    },
  });
  if (add.data !== undefined && add.data.secret !== null) {
    return (
      <div className="stack">
        <p style={{ margin: 0 }}>
          By this secret the receiver knows that a notification is ours. This is the only time that it is shown.
        </p>
        <CommandLine command={add.data.secret} />
        <div>
          <Button onClick={props.onClose}>I have kept it</Button>
        </div>
      </div>
    );
  }
  return (
    <Form onSubmit={() => add.mutate()}>
      <TextInput
        label="Name"
        required
        data-autofocus
        value={wanted.name}
        onChange={(event) => setWanted({ ...wanted, name: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label="The way on which notifications go"
        data={[
          { value: 'webhook', label: 'Webhook' },
          { value: 'email', label: 'E-mail' },
        ]}
        value={wanted.kind}
        onChange={(kind) => setWanted({ ...wanted, kind: kind === 'email' ? 'email' : 'webhook', to: '' })}
      />
      <TextInput
        label={wanted.kind === 'webhook' ? 'Address (https)' : 'Addresses, with commas between them'}
        required
        value={wanted.to}
        onChange={(event) => setWanted({ ...wanted, to: event.currentTarget.value })}
      />
      <MultiSelect
        label="Of what"
        description="Nothing chosen means everything"
        searchable
        data={kinds}
        value={wanted.events}
        onChange={(events) => setWanted({ ...wanted, events })}
      />
      <MultiSelect
        label="In which environments"
        description="Nothing chosen means all"
        data={(environments.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }))}
        value={wanted.environments}
        onChange={(chosen) => setWanted({ ...wanted, environments: chosen })}
      />
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <CommandLine command={commandOf(wanted)} />
      <div>
        <Button type="submit" loading={add.isPending} disabled={wanted.name === '' || wanted.to === ''}>
          Add subscription {wanted.name}
        </Button>
      </div>
    </Form>
  );
}

function addressesOf(wanted: Wanted): string[] {
  return wanted.to
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function commandOf(wanted: Wanted): string {
  const places =
    wanted.kind === 'webhook'
      ? [`--url ${wanted.to || '<url>'}`]
      : addressesOf({ ...wanted, to: wanted.to || '<address>' }).map((each) => `--email ${each}`);
  return [
    `almanac notification add ${wanted.name || '<name>'}`,
    ...places,
    ...wanted.events.map((each) => `--event "${each}"`),
    ...wanted.environments.map((each) => `--env ${each}`),
  ].join(' ');
}
