import type { Environment, Setting } from '@almanac/protocol';
import { Button, Checkbox, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { type Place, valueAt } from './settings.view-model.ts';

export interface Editing {
  readonly setting: Setting;
  readonly environment: Environment;
  readonly place: Place;
}

const levels = [
  { value: 'environment', label: 'the whole environment' },
  { value: 'label', label: 'sites with a label' },
  { value: 'site', label: 'one site' },
];

/** Gives a setting a value, or takes it away; applied at once if the person wants it. */
export function EditSetting(props: {
  readonly application: string;
  readonly editing: Editing;
  readonly onClose: () => void;
}) {
  const { application } = props;
  const { setting, environment } = props.editing;
  const [place, setPlace] = useState<Place>(props.editing.place);
  const present = valueAt(setting, environment, place);
  const [value, setValue] = useState(present?.value ?? '');
  const [apply, setApply] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const at = {
    environment: environment.name,
    level: place.level,
    ...(place.level === 'environment' ? {} : { selector: place.selector }),
  };
  const done = async () => {
    await queryClient.invalidateQueries({ queryKey: ['settings', application] });
    if (apply) {
      const plan = await api.createPlan({
        body: {
          environment: environment.name,
          operations: [{ kind: 'configure', application }],
          notes: `${setting.key} was set`,
          start: true,
        },
      });
      void navigate({ to: '/plans/$plan', params: { plan: String(plan.number) } });
    }
    props.onClose();
  };
  const set = useMutation({
    mutationFn: async () => {
      await api.setSetting({ params: { application, key: setting.key }, body: { place: at, value } });
      await done();
    },
  });
  const clear = useMutation({
    mutationFn: async () => {
      await api.clearSetting({ params: { application, key: setting.key }, query: at });
      await done();
    },
  });
  const Input = setting.secret ? PasswordInput : TextInput;
  return (
    <Modal opened onClose={props.onClose} title={`${setting.key} in ${environment.displayName}`}>
      <Form
        className={`stack environment-type-${environment.type}`}
        style={{ borderTop: '3px solid var(--hue)', paddingTop: 16 }}
        onSubmit={() => set.mutate()}
      >
        <Select
          label="Holds for"
          data={levels}
          value={place.level}
          onChange={(level) => setPlace({ level: level as Place['level'], selector: '' })}
        />
        {place.level === 'environment' ? null : (
          <TextInput
            label={place.level === 'label' ? 'Label' : 'Site'}
            placeholder={place.level === 'label' ? 'region=se' : 'berlin'}
            required
            value={place.selector}
            onChange={(event) => setPlace({ level: place.level, selector: event.currentTarget.value })}
          />
        )}
        <Input
          label={setting.connection === null ? 'Value' : 'Address'}
          data-autofocus
          description={descriptionOf(setting)}
          placeholder={setting.connection === null ? undefined : 'postgres://user:password@host:5432/database'}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Checkbox
          label={`Apply now: a plan restarts ${application} in ${environment.displayName}`}
          description="Otherwise it takes effect with the next deployment."
          checked={apply}
          onChange={(event) => setApply(event.currentTarget.checked)}
        />
        {set.isError ? <ErrorNote error={set.error} /> : null}
        {clear.isError ? <ErrorNote error={clear.error} /> : null}
        <CommandLine command={commandOf({ application, setting, value, at, apply })} />
        <div className="row">
          <Button type="submit" loading={set.isPending}>
            Set {setting.key}
          </Button>
          {present === undefined ? null : (
            <Button variant="default" loading={clear.isPending} onClick={() => clear.mutate()}>
              Remove the value
            </Button>
          )}
        </div>
      </Form>
    </Modal>
  );
}

function descriptionOf(setting: Setting): string | null {
  if (setting.connection !== null)
    return 'Without an address each site provides a database. An address is encrypted and never shown again.';
  return setting.secret ? 'It is encrypted and never shown again.' : setting.description;
}

function commandOf(input: {
  readonly application: string;
  readonly setting: Setting;
  readonly value: string;
  readonly at: { readonly environment: string; readonly level: Place['level']; readonly selector?: string };
  readonly apply: boolean;
}): string {
  const { setting, at } = input;
  const value = setting.secret ? '' : ` ${input.value || '<value>'}`;
  const narrower = at.level === 'environment' ? '' : ` --${at.level} ${at.selector || '<…>'}`;
  return `almanac settings set ${input.application} ${setting.key}${value} --env ${at.environment}${narrower}${input.apply ? ' --apply' : ''}`;
}
