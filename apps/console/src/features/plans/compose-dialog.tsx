import type { Environment } from '@almanac/protocol';
import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import type { Choice } from './choice.ts';
import { ChooseBuild, TagAndDeploy } from './choose-build.tsx';
import { ChooseStrategy } from './choose-strategy.tsx';
import type { ComposeRow } from './compose.view-model.ts';
import type { StrategyTexts } from './strategy-choice.ts';

/** What is being asked of the person, beside the choice itself. */
export type Asking =
  | { readonly kind: 'version' | 'tag' | 'strategy'; readonly line: ComposeRow }
  | { readonly kind: 'setting'; readonly application: string; readonly key: string };

interface DialogEvents {
  readonly onChoose: (application: string, choice: Choice) => void;
  /** How it takes over this time; undefined as usual. */
  readonly onStrategy: (line: ComposeRow, text: string | undefined) => void;
  readonly onGive: (given: { readonly application: string; readonly key: string; readonly value: string }) => void;
  readonly onClose: () => void;
}

export function ComposeDialog(
  props: {
    readonly asking: Asking;
    readonly environment: Environment;
    readonly strategies: StrategyTexts;
  } & DialogEvents,
) {
  const { asking, onClose } = props;
  if (asking.kind === 'setting')
    return (
      <GiveSetting
        application={asking.application}
        settingKey={asking.key}
        environment={props.environment}
        onGive={(value) => props.onGive({ application: asking.application, key: asking.key, value })}
        onClose={onClose}
      />
    );
  const application = asking.line.row.application.name;
  if (asking.kind === 'strategy')
    return (
      <ChooseStrategy
        application={application}
        environment={props.environment}
        text={props.strategies[application]}
        onChoose={(text) => props.onStrategy(asking.line, text)}
        onClose={onClose}
      />
    );
  const newest = asking.line.row.latestBuild;
  const onChoose = (choice: Choice) => props.onChoose(application, choice);
  if (asking.kind === 'version' || newest === null)
    return <ChooseBuild application={application} onChoose={onChoose} onClose={onClose} />;
  return <TagAndDeploy application={application} newest={newest} onChoose={onChoose} onClose={onClose} />;
}

/** Takes a value that comes with the plan: it is stored when the plan begins, and a secret is never shown again. */
function GiveSetting(props: {
  readonly application: string;
  readonly settingKey: string;
  readonly environment: Environment;
  readonly onGive: (value: string) => void;
  readonly onClose: () => void;
}) {
  const { application, settingKey, environment } = props;
  const [value, setValue] = useState('');
  const settings = useQuery({
    queryKey: ['settings', application],
    queryFn: () => api.listSettings({ params: { application } }),
  });
  const setting = settings.data?.settings.find((each) => each.key === settingKey);
  const hidden = setting === undefined || setting.secret || setting.connection !== null;
  const Input = hidden ? PasswordInput : TextInput;
  return (
    <Modal opened onClose={props.onClose} title={`${settingKey} of ${application} in ${environment.displayName}`}>
      <Form className={`stack dialog-of environment-type-${environment.type}`} onSubmit={() => props.onGive(value)}>
        {settings.isError ? <ErrorNote error={settings.error} /> : null}
        <Input
          label={setting?.connection == null ? 'Value' : 'Address'}
          data-autofocus
          required
          autoComplete="off"
          description={
            hidden
              ? 'It comes with the plan, is encrypted, stored when the plan begins, and never shown again.'
              : (setting.description ?? 'It comes with the plan and is stored when the plan begins.')
          }
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" disabled={value === ''}>
            Give {settingKey} with the plan
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
