import { type HeaderFault, openerPolicies, referrerPolicies } from '@almanac/domain';
import { Checkbox, NumberInput, Select } from '@mantine/core';
import { FieldGroup } from '../../ui/field-group.tsx';
import { type HeaderForm, headerNames, orderedHeaders, withRule } from './header-form.view-model.ts';

export interface FieldsProps {
  readonly form: HeaderForm;
  readonly faults: readonly HeaderFault[];
  /** Whether an environment stands behind what is said here. */
  readonly inherits: boolean;
  readonly onChange: (form: HeaderForm) => void;
}

/** How a field says that its level says nothing. */
export const unsaid = (inherits: boolean) => (inherits ? 'as the environment says' : 'nothing is said');

/** Headers that are one choice each. */
export function SingleFields({ form, inherits, onChange }: FieldsProps) {
  const { transport } = form;
  const choices = (values: readonly string[]) => [
    { value: '', label: unsaid(inherits) },
    ...values.map((value) => ({ value, label: value })),
    ...(inherits ? [{ value: 'none', label: 'none is sent' }] : []),
  ];
  const setTransport = (change: Partial<HeaderForm['transport']>) =>
    onChange({ ...form, transport: { ...transport, ...change } });
  return (
    <FieldGroup title="Other headers" hint="Strict-Transport-Security is sent over TLS alone.">
      <div className="header-singles">
        <Select
          label="X-Content-Type-Options"
          data={choices(['nosniff'])}
          value={form.contentType}
          onChange={(value) => onChange({ ...form, contentType: (value ?? '') as HeaderForm['contentType'] })}
        />
        <Select
          label="Referrer-Policy"
          data={choices(referrerPolicies)}
          value={form.referrer}
          onChange={(value) => onChange({ ...form, referrer: (value ?? '') as HeaderForm['referrer'] })}
        />
        <Select
          label="Cross-Origin-Opener-Policy"
          data={choices(openerPolicies)}
          value={form.opener}
          onChange={(value) => onChange({ ...form, opener: (value ?? '') as HeaderForm['opener'] })}
        />
        <Select
          label="Strict-Transport-Security"
          data={[
            { value: '', label: unsaid(inherits) },
            { value: 'sent', label: 'sent' },
            ...(inherits ? [{ value: 'none', label: 'none is sent' }] : []),
          ]}
          value={transport.say}
          onChange={(say) => setTransport({ say: (say ?? '') as HeaderForm['transport']['say'] })}
        />
        {transport.say === 'sent' ? (
          <>
            <NumberInput
              label="Seconds"
              min={0}
              max={63_072_000}
              value={transport.maxAge}
              onChange={(maxAge) => setTransport({ maxAge: Number(maxAge) })}
            />
            <div className="stack-small header-part-side">
              <Checkbox
                label="and hosts below it"
                checked={transport.includeSubDomains}
                onChange={(event) => setTransport({ includeSubDomains: event.currentTarget.checked })}
              />
              <Checkbox
                label="preload"
                checked={transport.preload}
                onChange={(event) => setTransport({ preload: event.currentTarget.checked })}
              />
            </div>
          </>
        ) : null}
      </div>
    </FieldGroup>
  );
}

/** What counts where the application sends a header itself. */
export function RuleFields({ form, inherits, onChange }: FieldsProps) {
  return (
    <FieldGroup
      title="When an application sends a header itself"
      hint="Unless something is said, its own Content-Security-Policy is kept, and every other header is replaced."
    >
      <div className="header-singles">
        {orderedHeaders.map((header) => (
          <Select
            key={header}
            label={headerNames[header]}
            data={[
              { value: '', label: unsaid(inherits) },
              { value: 'keep', label: 'keep its own' },
              { value: 'replace', label: 'replace it' },
            ]}
            value={form.whenSent[header] ?? ''}
            onChange={(rule) => onChange(withRule(form, header, (rule ?? '') as '' | 'keep' | 'replace'))}
          />
        ))}
      </div>
    </FieldGroup>
  );
}
