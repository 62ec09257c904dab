import { Button, Select, TextInput } from '@mantine/core';
import { useRoles, useTeams } from '../people/use-names.ts';
import type { MappingForm, ProviderForm } from './provider-form.view-model.ts';

/** Who gets an account by signing in, and what groups give. */
export function ArrivalFields(props: {
  readonly form: ProviderForm;
  readonly change: (changed: Partial<ProviderForm>) => void;
}) {
  const { form, change } = props;
  const [roles, teams] = [useRoles(), useTeams()];
  const put = (at: number, mapping: MappingForm) =>
    change({ mappings: form.mappings.map((each, index) => (index === at ? mapping : each)) });
  return (
    <>
      <Select
        label="Who gets an account by signing in"
        data={[
          { value: 'off', label: 'Nobody: only accounts that an administrator links' },
          { value: 'mapped', label: 'Whoever is in a group below' },
          { value: 'everybody', label: 'Everybody whom the provider lets in' },
        ]}
        value={form.provisioning}
        onChange={(value) => change({ provisioning: (value ?? 'off') as ProviderForm['provisioning'] })}
      />
      {form.provisioning === 'off' ? null : (
        <Select
          label="Default role of whom no group gives another"
          data={roles}
          value={form.defaultRole || null}
          onChange={(value) => change({ defaultRole: value ?? '' })}
        />
      )}
      <fieldset className="field-group stack-small">
        <legend>What groups give</legend>
        <span className="soft">
          A group is compared exactly, with the immutable key or name that the provider sends. Without a team it gives
          the default role.
        </span>
        {form.mappings.map((mapping, at) => (
          // Lines have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={at} className="field-row">
            <TextInput
              label="Group"
              value={mapping.group}
              onChange={(event) => put(at, { ...mapping, group: event.currentTarget.value })}
            />
            <Select
              label="Role"
              data={roles}
              value={mapping.role || null}
              onChange={(value) => put(at, { ...mapping, role: value ?? '' })}
            />
            <Select
              label="In the team"
              placeholder="none: default role"
              clearable
              data={teams}
              value={mapping.team || null}
              onChange={(value) => put(at, { ...mapping, team: value ?? '' })}
            />
            <Button
              variant="default"
              onClick={() => change({ mappings: form.mappings.filter((_each, index) => index !== at) })}
            >
              Remove
            </Button>
          </div>
        ))}
        <div>
          <Button
            variant="default"
            onClick={() => change({ mappings: [...form.mappings, { group: '', role: '', team: '' }] })}
          >
            Add a group
          </Button>
        </div>
      </fieldset>
    </>
  );
}
