import { type ExpeditedGate, expeditedGates } from '@almanac/domain';
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { FieldGroup } from '../../ui/field-group.tsx';
import { ApprovalFields } from './approval-fields.tsx';
import { CalendarFields } from './calendar-fields.tsx';
import { newCalendar } from './calendar-form.view-model.ts';
import type { Faults, PolicyForm } from './policy-form.view-model.ts';

const gateWords: Readonly<Record<ExpeditedGate, string>> = {
  approvals: 'approvals',
  windows: 'change windows',
  freezes: 'freezes',
  age: 'age',
  soak: 'soak',
};

const failurePolicies = [
  { value: '', label: 'as each plan says' },
  { value: 'stop', label: 'usually stop' },
  { value: 'continue', label: 'usually go on with the others' },
  { value: 'return', label: 'usually return all' },
];

interface FieldsProps {
  readonly form: PolicyForm;
  readonly faults: Faults;
  readonly onChange: (form: PolicyForm) => void;
}

/** Everything that a policy can ask for, a group of fields each. */
export function PolicyFields(props: FieldsProps) {
  return (
    <>
      <Approvals {...props} />
      <Windows {...props} />
      <Evidence {...props} />
      <Course {...props} />
      <Hotfixes {...props} />
    </>
  );
}

function Approvals({ form, faults, onChange }: FieldsProps) {
  const { approvals } = form;
  const add = () =>
    onChange({
      ...form,
      approvals: [
        ...approvals,
        { key: String(performance.now()), name: '', count: '1', by: 'anyone', who: '', excludeRequester: true },
      ],
    });
  return (
    <FieldGroup
      title="Approvals"
      hint="Who has to agree to what a plan contains, before it begins. All of them are asked."
    >
      {approvals.map((each, index) => (
        <ApprovalFields
          key={each.key}
          form={each}
          index={index}
          faults={faults}
          onChange={(next) => onChange({ ...form, approvals: approvals.with(index, next) })}
          onRemove={() => onChange({ ...form, approvals: approvals.toSpliced(index, 1) })}
        />
      ))}
      <div>
        <Button variant="default" size="compact-sm" onClick={add}>
          Ask for {approvals.length === 0 ? 'an' : 'another'} approval
        </Button>
      </div>
    </FieldGroup>
  );
}

function Windows({ form, faults, onChange }: FieldsProps) {
  const { windows } = form;
  const add = () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const window = newCalendar({ key: String(performance.now()), zone, now: Date.now() });
    onChange({ ...form, windows: [...windows, window] });
  };
  return (
    <FieldGroup title="Change windows" hint="Changes begin only while one of them is open; without any, at any time.">
      {windows.map((each, index) => (
        <div key={each.key} className="stack-small rule">
          <CalendarFields form={each} onChange={(next) => onChange({ ...form, windows: windows.with(index, next) })} />
          {[...faults]
            .filter(([pointer]) => pointer.startsWith(`/windows/${index}/`))
            .map(([pointer, detail]) => (
              <p key={pointer} className="field-fault" role="alert">
                {pointer.split('/').at(-1)} {detail}
              </p>
            ))}
          <div>
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => onChange({ ...form, windows: windows.toSpliced(index, 1) })}
            >
              Remove this window
            </Button>
          </div>
        </div>
      ))}
      <div>
        <Button variant="default" size="compact-sm" onClick={add}>
          Add a change window
        </Button>
      </div>
    </FieldGroup>
  );
}

function Evidence({ form, faults, onChange }: FieldsProps) {
  return (
    <FieldGroup title="Evidence" hint="What must be known of each build before it is deployed.">
      <Checkbox
        size="xs"
        label="Its tests ran, and all of them passed"
        checked={form.tests}
        onChange={(event) => onChange({ ...form, tests: event.currentTarget.checked })}
      />
      <div className="field-row">
        <TextInput
          label="At least this old"
          placeholder="any age"
          value={form.minimumAge}
          error={faults.get('/minimumAge')}
          onChange={(event) => onChange({ ...form, minimumAge: event.currentTarget.value })}
        />
        <TextInput
          label="Ran so long in the environment before"
          placeholder="not asked"
          value={form.soak}
          error={faults.get('/soak')}
          onChange={(event) => onChange({ ...form, soak: event.currentTarget.value })}
        />
      </div>
    </FieldGroup>
  );
}

function Course({ form, faults, onChange }: FieldsProps) {
  return (
    <FieldGroup title="How a change is carried out" hint="Once its gates are open.">
      <div className="field-row">
        <TextInput
          label="Operations at once"
          inputMode="numeric"
          placeholder="all of a wave"
          value={form.parallel}
          error={faults.get('/parallel')}
          onChange={(event) => onChange({ ...form, parallel: event.currentTarget.value })}
        />
        <Select
          label="When an operation fails"
          data={failurePolicies}
          value={form.failurePolicy}
          onChange={(value) => onChange({ ...form, failurePolicy: (value ?? '') as PolicyForm['failurePolicy'] })}
        />
        <Select
          label="When a freeze begins meanwhile"
          data={[
            { value: 'finish', label: 'what runs comes to its end' },
            { value: 'stop', label: 'what runs rests' },
          ]}
          value={form.whileFrozen}
          onChange={(value) => onChange({ ...form, whileFrozen: value === 'stop' ? 'stop' : 'finish' })}
        />
      </div>
      <Checkbox
        size="xs"
        label="Stop once everything is staged, until somebody continues"
        checked={form.twoStep}
        onChange={(event) => onChange({ ...form, twoStep: event.currentTarget.checked })}
      />
      {form.twoStep ? (
        <TextInput
          className="field-narrow"
          label="Staged for at most"
          placeholder="1 day"
          value={form.stagedFor}
          error={faults.get('/stagedFor')}
          onChange={(event) => onChange({ ...form, stagedFor: event.currentTarget.value })}
        />
      ) : null}
    </FieldGroup>
  );
}

function Hotfixes({ form, onChange }: FieldsProps) {
  return (
    <FieldGroup title="Hotfixes" hint="What a hotfix need not wait for. That it did not is recorded with its plan.">
      <Checkbox.Group
        aria-label="What a hotfix need not wait for"
        value={[...form.expedited]}
        onChange={(chosen) => onChange({ ...form, expedited: expeditedGates.filter((each) => chosen.includes(each)) })}
      >
        <div className="row" style={{ flexWrap: 'wrap', gap: 16 }}>
          {expeditedGates.map((each) => (
            <Checkbox key={each} size="xs" value={each} label={gateWords[each]} />
          ))}
        </div>
      </Checkbox.Group>
    </FieldGroup>
  );
}
