import type { Rollout } from '@almanac/protocol';
import { Button, Menu, Modal, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { commandsOf, type RolloutCommandView } from './rollout.view-model.ts';

/** What can be asked of a rollout: the likely two as buttons, the others in a menu; each says first what happens. */
export function RolloutCommands(props: {
  readonly rollout: Rollout;
  /** The only site that is asked; null for all of them. */
  readonly site: Rollout['sites'][number] | null;
}) {
  const { rollout, site } = props;
  const [asked, setAsked] = useState<RolloutCommandView | null>(null);
  const commands = commandsOf(rollout, site);
  if (commands.length === 0) return null;
  // Of one site among several all of it is in the menu: a row of buttons each would hide the sites.
  const inView = site === null ? 2 : 0;
  return (
    <div className="row" style={{ flexWrap: 'wrap' }}>
      {commands.slice(0, inView).map((each) => (
        <Button
          key={each.kind}
          size="compact-sm"
          variant={each.kind === 'resume' ? 'filled' : 'default'}
          onClick={() => setAsked(each)}
        >
          {each.label}
        </Button>
      ))}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button size="compact-sm" variant="default" rightSection={<span aria-hidden>▾</span>}>
            {site === null ? 'More' : `On ${site.site.name}`}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {commands.slice(inView).map((each) => (
            <Menu.Item key={each.kind} onClick={() => setAsked(each)}>
              {each.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {asked === null ? null : <Ask rollout={rollout} site={site} command={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Ask(props: {
  readonly rollout: Rollout;
  readonly site: Rollout['sites'][number] | null;
  readonly command: RolloutCommandView;
  readonly onClose: () => void;
}) {
  const { rollout, site, command } = props;
  const [reason, setReason] = useState('');
  const queryClient = useQueryClient();
  const run = useMutation({
    mutationFn: () => send({ rollout, site, command, reason: reason.trim() }),
    onSuccess: props.onClose,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['rollout'] }),
  });
  const unsaid = command.reason === 'required' && reason.trim().length < 3;
  return (
    <Modal opened onClose={props.onClose} title={command.label}>
      <Form onSubmit={() => run.mutate()}>
        <p style={{ margin: 0 }}>{command.consequence}</p>
        <Textarea
          label={command.reason === 'required' ? 'Why' : 'Comment'}
          required={command.reason === 'required'}
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {run.isError ? <ErrorNote error={run.error} /> : null}
        <CommandLine command={command.command} />
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

function send(input: {
  readonly rollout: Rollout;
  readonly site: Rollout['sites'][number] | null;
  readonly command: RolloutCommandView;
  readonly reason: string;
}): Promise<Rollout> {
  const { rollout, site, command, reason } = input;
  const params = { environment: rollout.environment.name, application: rollout.application.name };
  const body = { reason, operation: rollout.operation, ...(site === null ? {} : { site: site.site.id }) };
  switch (command.kind) {
    case 'resume':
      return api.resumeRollout({ params, body });
    case 'pause':
      return api.pauseRollout({ params, body });
    case 'abort':
      return api.abortRollout({ params, body });
    case 'promote':
      return api.promoteRollout({ params, body });
    case 'skip':
      return api.skipRolloutStep({ params, body: { ...body, step: command.step } });
  }
}
