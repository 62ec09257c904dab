import { trialMinutes } from '@almanac/domain';
import type { AllowListsView, PreviewedAllowLists } from '@almanac/protocol';
import { Button, Checkbox, NumberInput, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { changeOf, commandOf, networksIn, sameAsBefore, type Target } from './networks.view-model.ts';

/** What is written is asked about once somebody pauses. */
const pauseMs = 400;

/** Asks for the networks of one list, says whom they shut out that is here now, and puts them into force on trial. */
export function EditNetworks(props: {
  readonly target: Target;
  readonly networks: readonly string[];
  readonly lists: AllowListsView;
  readonly onDone: () => void;
}) {
  const { target, lists } = props;
  const queryClient = useQueryClient();
  const [text, setText] = useState(props.networks.join('\n'));
  const [minutes, setMinutes] = useState<number>(trialMinutes.usual);
  const [evenIfShutOut, setEvenIfShutOut] = useState(false);
  const networks = networksIn(text);
  const [asked] = useDebouncedValue(text, pauseMs);
  const change = changeOf(target, networksIn(asked));
  const preview = useQuery({
    queryKey: ['allow-lists', 'preview', lists.revision, change],
    queryFn: () => api.previewAllowLists({ body: change }),
    retry: false,
  });
  const save = useMutation({
    mutationFn: () =>
      api.changeAllowLists({
        revision: lists.revision,
        body: { ...changeOf(target, networks), trialMinutes: minutes, evenIfShutOut },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['allow-lists'] });
      props.onDone();
    },
  });
  const isShutOut = (preview.data?.shutsYouOut.length ?? 0) > 0;
  const isSettled = asked === text && preview.isSuccess;
  return (
    <Form onSubmit={() => save.mutate()}>
      <Textarea
        label="Networks"
        description="One on each line: 10.0.0.0/8, fd00::/8, or a single address. Empty is everywhere."
        data-autofocus
        autosize
        minRows={4}
        maxRows={12}
        classNames={{ input: 'mono' }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {preview.isError ? <ErrorNote error={preview.error} /> : null}
      {preview.data === undefined ? null : <ShutOut preview={preview.data} />}
      {isShutOut ? (
        <Checkbox
          label="Even so: somebody else confirms them, or they end by themselves"
          checked={evenIfShutOut}
          onChange={(event) => setEvenIfShutOut(event.currentTarget.checked)}
        />
      ) : null}
      <NumberInput
        label="Minutes on trial"
        description="Unless somebody who still gets in keeps them by then, what is in force now is in force again."
        min={trialMinutes.least}
        max={trialMinutes.most}
        value={minutes}
        onChange={(value) => setMinutes(Number(value))}
      />
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <CommandLine command={commandOf(target, networks)} />
      <div className="row">
        <Button
          type="submit"
          loading={save.isPending}
          disabled={!isSettled || sameAsBefore(props.networks, networks) || (isShutOut && !evenIfShutOut)}
        >
          Put into force on trial
        </Button>
        <Button variant="default" onClick={props.onDone}>
          Do nothing
        </Button>
      </div>
    </Form>
  );
}

function ShutOut({ preview }: { readonly preview: PreviewedAllowLists }) {
  const { shutsYouOut, sites } = preview;
  return (
    <>
      {shutsYouOut.length === 0 ? null : (
        <div className="note failed stack-small" role="alert">
          {shutsYouOut.map((each) => (
            <span key={each}>{each.charAt(0).toUpperCase() + each.slice(1)}.</span>
          ))}
        </div>
      )}
      {sites.length === 0 ? null : (
        <div className="note warning">
          {sites.length === 1 ? 'The agent of this site' : `Agents of ${sites.length} sites`} would be kept out;
          applications run on there: <span className="mono">{sites.map((each) => each.name).join(', ')}</span>
        </div>
      )}
    </>
  );
}
