import { cspModes, directiveKind, isCspDirective } from '@almanac/domain';
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { FieldGroup } from '../../ui/field-group.tsx';
import { type FieldsProps, unsaid } from './header-fields.tsx';
import {
  faultOfPart,
  freeDirectives,
  type HeaderForm,
  type PartDraft,
  withDirective,
  withFeature,
} from './header-form.view-model.ts';

const modeWords = { off: 'off', 'report-only': 'report only', enforce: 'enforce' } as const;

/** What a Content-Security-Policy says, a row for each directive. */
export function ContentSecurityFields({ form, faults, inherits, onChange }: FieldsProps) {
  const put = (part: PartDraft) =>
    onChange({ ...form, directives: form.directives.map((each) => (each.key === part.key ? part : each)) });
  const free = freeDirectives(form);
  return (
    <FieldGroup
      title="Content-Security-Policy"
      hint="From where pages may load what. Report only lets everything happen and has browsers report what would not be allowed."
    >
      <Select
        label="Mode"
        className="field-narrow"
        data={[
          { value: '', label: unsaid(inherits) },
          ...cspModes.map((value) => ({ value, label: modeWords[value] })),
        ]}
        value={form.mode}
        onChange={(mode) => onChange({ ...form, mode: (mode ?? '') as HeaderForm['mode'] })}
      />
      {form.directives.map((part) => (
        <Part
          key={part.key}
          part={part}
          fault={faultOfPart(faults, 'directives', part.name)}
          inherits={inherits}
          label="Values"
          takesNothing={isCspDirective(part.name) && directiveKind(part.name) === 'nothing'}
          name={
            <Select
              label="Directive"
              searchable
              data={[part.name, ...free]}
              value={part.name}
              onChange={(name) => put({ ...part, name: name ?? part.name })}
            />
          }
          onChange={put}
          onRemove={() => onChange({ ...form, directives: form.directives.filter((each) => each !== part) })}
        />
      ))}
      {free.length === 0 ? null : (
        <div>
          <Button variant="default" onClick={() => onChange(withDirective(form))}>
            Add a directive
          </Button>
        </div>
      )}
    </FieldGroup>
  );
}

/** Who may use which feature of the browser, a row for each. */
export function FeatureFields({ form, faults, inherits, onChange }: FieldsProps) {
  const put = (part: PartDraft) =>
    onChange({ ...form, features: form.features.map((each) => (each.key === part.key ? part : each)) });
  return (
    <FieldGroup
      title="Permissions-Policy"
      hint="Who may use a feature of the browser: self, * or origins, apart by spaces; nobody where it is empty."
    >
      {form.features.map((part) => (
        <Part
          key={part.key}
          part={part}
          fault={faultOfPart(faults, 'permissions', part.name)}
          inherits={inherits}
          label="Who may use it"
          takesNothing={false}
          name={
            <TextInput
              label="Feature"
              placeholder="geolocation"
              value={part.name}
              onChange={(event) => put({ ...part, name: event.currentTarget.value })}
            />
          }
          onChange={put}
          onRemove={() => onChange({ ...form, features: form.features.filter((each) => each !== part) })}
        />
      ))}
      <div>
        <Button variant="default" onClick={() => onChange(withFeature(form))}>
          Add a feature
        </Button>
      </div>
    </FieldGroup>
  );
}

function Part(props: {
  readonly part: PartDraft;
  readonly name: ReactNode;
  readonly fault: string | undefined;
  readonly inherits: boolean;
  readonly takesNothing: boolean;
  readonly label: string;
  readonly onChange: (part: PartDraft) => void;
  readonly onRemove: () => void;
}) {
  const { part, onChange } = props;
  return (
    <div className="header-part">
      {props.name}
      <TextInput
        label={props.label}
        className="mono-input"
        disabled={part.taken || props.takesNothing}
        value={part.taken ? '' : part.text}
        error={props.fault}
        onChange={(event) => onChange({ ...part, text: event.currentTarget.value })}
      />
      {props.inherits ? (
        <Checkbox
          className="header-part-side"
          label="there is none"
          checked={part.taken}
          onChange={(event) => onChange({ ...part, taken: event.currentTarget.checked })}
        />
      ) : null}
      <button type="button" className="link-button header-part-side" onClick={props.onRemove}>
        Say nothing of {part.name === '' ? 'it' : part.name}
      </button>
    </div>
  );
}
