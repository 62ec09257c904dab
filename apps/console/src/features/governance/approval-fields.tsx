import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useRoles } from '../people/use-names.ts';
import type { ApprovalForm, Faults } from './policy-form.view-model.ts';

const voices = [
  { value: 'anyone', label: 'anybody who may approve' },
  { value: 'role', label: 'a role' },
  { value: 'team', label: 'a team' },
];

/** One rule of approval: how many people of whom, and whether those who asked count. */
export function ApprovalFields(props: {
  readonly form: ApprovalForm;
  /** Place of the rule in the policy, for its faults. */
  readonly index: number;
  readonly faults: Faults;
  readonly onChange: (form: ApprovalForm) => void;
  readonly onRemove: () => void;
}) {
  const { form, index, faults } = props;
  const roles = useRoles();
  const change = (next: Partial<ApprovalForm>) => props.onChange({ ...form, ...next });
  const fault = (field: string) => faults.get(`/approvals/${index}/${field}`);
  return (
    <div className="stack-small rule">
      <div className="field-row">
        <TextInput
          label="Who is asked"
          placeholder="release desk"
          required
          value={form.name}
          error={fault('name')}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TextInput
          label="How many"
          inputMode="numeric"
          required
          value={form.count}
          error={fault('count')}
          onChange={(event) => change({ count: event.currentTarget.value })}
        />
        <Select
          label="Of"
          data={voices}
          value={form.by}
          onChange={(by) => change({ by: by as ApprovalForm['by'], who: '' })}
        />
        {form.by === 'role' ? (
          <Select
            label="Role"
            required
            data={[...roles]}
            value={form.who === '' ? null : form.who}
            error={fault('by/role')}
            onChange={(who) => change({ who: who ?? '' })}
          />
        ) : null}
        {form.by === 'team' ? (
          <TextInput
            label="Team"
            required
            value={form.who}
            error={fault('by/team')}
            onChange={(event) => change({ who: event.currentTarget.value })}
          />
        ) : null}
      </div>
      <div className="row spread">
        <Checkbox
          size="xs"
          label="Whoever composed or edited the plan does not count"
          checked={form.excludeRequester}
          onChange={(event) => change({ excludeRequester: event.currentTarget.checked })}
        />
        <Button variant="subtle" size="compact-xs" onClick={props.onRemove}>
          Remove this approval
        </Button>
      </div>
    </div>
  );
}
