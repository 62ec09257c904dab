import type { ResponseHeaders, SaidHeaders } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { RuleFields, SingleFields } from './header-fields.tsx';
import { type HeaderForm, levelCommand, policyOf, previewOf } from './header-form.view-model.ts';
import { ContentSecurityFields, FeatureFields } from './header-parts.tsx';
import { HeaderTable, Warnings } from './header-table.tsx';

/** The form of a level; what would be sent stands below it before anything is saved. */
export function EditHeaders(props: {
  readonly found: ResponseHeaders;
  readonly level: { readonly environment: string; readonly application: string | null };
  readonly form: HeaderForm;
  readonly onChange: (form: HeaderForm) => void;
  readonly onSave: (policy: SaidHeaders) => void;
  readonly onClose: () => void;
  readonly saving: boolean;
  readonly error: unknown;
}) {
  const { found, level, form, onChange } = props;
  const policy = policyOf(form);
  const { effective, faults, warnings } = previewOf(policy, found.inherited);
  const fields = { form, onChange, faults, inherits: level.application !== null };
  const whose = level.application ?? level.environment;
  return (
    <Form aria-label="Headers of responses" onSubmit={() => props.onSave(policy)}>
      <ContentSecurityFields {...fields} />
      <SingleFields {...fields} />
      <FeatureFields {...fields} />
      <RuleFields {...fields} />
      <section className="stack-small policy-save" aria-label="What would be sent">
        <h2>What would be sent</h2>
        {faults.length > 0 ? (
          <p className="field-fault">Something cannot be sent yet: {faults[0]?.detail}.</p>
        ) : effective.headers.length === 0 ? (
          <p className="soft">Nothing beside what the application sends itself.</p>
        ) : (
          <HeaderTable headers={effective.headers} level={level} />
        )}
        <Warnings warnings={warnings} />
        {props.error === null ? null : <ErrorNote error={props.error} />}
        <CommandLine command={`${levelCommand('set', level)} --file headers.yaml`} />
        <div className="row" style={{ flexWrap: 'wrap' }}>
          <Button type="submit" loading={props.saving} disabled={faults.length > 0}>
            Send this from {whose} now
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Leave it as it is
          </Button>
        </div>
      </section>
    </Form>
  );
}
