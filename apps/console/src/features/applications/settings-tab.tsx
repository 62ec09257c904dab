import type { Application, Environment, Setting } from '@almanac/protocol';
import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';

interface Editing {
  readonly setting: Setting;
  readonly environment: Environment;
}

/** Settings × environments; a value is changed where it stands. */
export function SettingsTab(props: { readonly application: Application }) {
  const { name } = props.application;
  const [editing, setEditing] = useState<Editing | null>(null);
  const environments = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const settings = useQuery({
    queryKey: ['settings', name],
    queryFn: () => api.listSettings({ params: { application: name } }),
  });
  return (
    <>
      <Read query={settings} skeleton={<SkeletonRows rows={3} columns={4} />}>
        {(found) =>
          found.settings.length === 0 ? (
            <Empty title="This application has no settings">
              <p style={{ margin: 0 }}>Settings are defined in its manifest.</p>
            </Empty>
          ) : (
            <Matrix settings={found.settings} environments={environments.data?.items ?? []} onEdit={setEditing} />
          )
        }
      </Read>
      {editing === null ? null : <EditSetting application={name} editing={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function Matrix(props: {
  readonly settings: readonly Setting[];
  readonly environments: readonly Environment[];
  readonly onEdit: (editing: Editing) => void;
}) {
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th>Setting</th>
            <th>Manifest</th>
            {props.environments.map((each) => (
              <th key={each.id}>
                <EnvironmentTag environment={each} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.settings.map((setting) => (
            <tr key={setting.key}>
              <td>
                <span className="mono">{setting.key}</span>
                <div className="soft">{setting.description}</div>
              </td>
              <td className="mono">{setting.default ?? (setting.required ? 'required' : '–')}</td>
              {props.environments.map((environment) => (
                <td key={environment.id}>
                  <button
                    type="button"
                    className="link-button mono"
                    aria-label={`Change ${setting.key} in ${environment.displayName}`}
                    onClick={() => props.onEdit({ setting, environment })}
                  >
                    {shown(setting, environment)}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(setting: Setting, environment: Environment): string {
  const own = setting.values.filter((each) => each.environment.id === environment.id);
  const whole = own.find((each) => each.level === 'environment');
  const narrower = own.length - (whole === undefined ? 0 : 1);
  const text =
    whole === undefined
      ? setting.required && setting.default === null
        ? 'missing'
        : 'set'
      : (whole.value ?? '(secret)');
  return narrower === 0 ? text : `${text}, and ${narrower} narrower`;
}

function EditSetting(props: { readonly application: string; readonly editing: Editing; readonly onClose: () => void }) {
  const { application } = props;
  const { setting, environment } = props.editing;
  const present = setting.values.find((each) => each.environment.id === environment.id && each.level === 'environment');
  const [value, setValue] = useState(present?.value ?? '');
  const queryClient = useQueryClient();
  const done = () => {
    void queryClient.invalidateQueries({ queryKey: ['settings', application] });
    props.onClose();
  };
  const place = { environment: environment.name, level: 'environment' } as const;
  const set = useMutation({
    mutationFn: () => api.setSetting({ params: { application, key: setting.key }, body: { place, value } }),
    onSuccess: done,
  });
  const clear = useMutation({
    mutationFn: () => api.clearSetting({ params: { application, key: setting.key }, query: place }),
    onSuccess: done,
  });
  const Input = setting.secret ? PasswordInput : TextInput;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={`${setting.key} in ${environment.displayName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        className={`stack environment-type-${environment.type}`}
        style={{ borderTop: '3px solid var(--hue)', paddingTop: 16 }}
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <Input
          label="Value"
          data-autofocus
          description={setting.secret ? 'It is encrypted and never shown again.' : setting.description}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <p className="soft" style={{ margin: 0 }}>
          It takes effect with the next deployment, or when you apply the settings on the estate.
        </p>
        {set.isError ? <ErrorNote error={set.error} /> : null}
        {clear.isError ? <ErrorNote error={clear.error} /> : null}
        <CommandLine
          command={`almanac settings set ${application} ${setting.key}${setting.secret ? '' : ` ${value || '<value>'}`} --env ${environment.name}`}
        />
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
      </form>
    </Modal>
  );
}
