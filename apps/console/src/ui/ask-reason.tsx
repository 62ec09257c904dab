import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { CommandLine } from './command-line.tsx';
import { Form } from './form.tsx';
import { ErrorNote } from './page-states.tsx';

/** Asks why, says what happens then, and does it; the dialog closes when it is done. */
export function AskReason(props: {
  readonly title: string;
  /** What happens. */
  readonly children: ReactNode;
  /** Words of the button that does it. */
  readonly action: string;
  /** The command that does the same, for a reason. */
  readonly command: (reason: string) => string;
  readonly run: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const run = useMutation({ mutationFn: () => props.run(reason.trim()), onSuccess: props.onClose });
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <Form onSubmit={() => run.mutate()}>
        <div>{props.children}</div>
        <Textarea
          label="Why"
          required
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {run.isError ? <ErrorNote error={run.error} /> : null}
        <CommandLine command={props.command(reason.trim() === '' ? '<text>' : JSON.stringify(reason.trim()))} />
        <div className="row">
          <Button type="submit" loading={run.isPending} disabled={reason.trim().length < 3}>
            {props.action}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
