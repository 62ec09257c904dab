import type { Environment } from '@almanac/protocol';
import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form } from '../../ui/form.tsx';
import { judgeStrategy, type StrategyForm, strategyForm, strategyKinds, strategyText } from './strategy-choice.ts';

/** Asks how an application takes over this time. */
export function ChooseStrategy(props: {
  readonly application: string;
  readonly environment: Environment;
  /** What was chosen before. */
  readonly text: string | undefined;
  readonly onChoose: (text: string | undefined) => void;
  readonly onClose: () => void;
}) {
  const { application, environment } = props;
  const [form, setForm] = useState<StrategyForm>(() => strategyForm(props.text));
  const text = strategyText(form);
  const { words, faults } = judgeStrategy(text);
  const error = faults.length === 0 ? undefined : faults.join(' · ');
  return (
    <Modal opened onClose={props.onClose} title={`How ${application} takes over in ${environment.displayName}`}>
      <Form
        className={`stack dialog-of environment-type-${environment.type}`}
        onSubmit={() => {
          if (faults.length === 0) props.onChoose(text);
        }}
      >
        <Select
          label="Strategy"
          data-autofocus
          data={strategyKinds}
          value={form.kind}
          onChange={(kind) => kind !== null && setForm({ ...form, kind: kind as StrategyForm['kind'] })}
        />
        {form.kind === 'canary' ? (
          <TextInput
            label="Steps"
            required
            autoComplete="off"
            spellCheck={false}
            className="mono-input"
            description="Shares of the requests (10%), pauses (30s, 5m, 1h), or wait: until somebody resumes it. All requests come last."
            value={form.steps}
            error={error}
            onChange={(event) => setForm({ ...form, steps: event.currentTarget.value })}
          />
        ) : null}
        {form.kind === 'written' ? (
          <Textarea
            label="What stands below rollout: in almanac.yaml"
            required
            autosize
            minRows={8}
            maxRows={20}
            spellCheck={false}
            className="mono-input"
            value={form.written}
            error={error}
            onChange={(event) => setForm({ ...form, written: event.currentTarget.value })}
          />
        ) : null}
        {words === null ? null : (
          <p className="soft" style={{ margin: 0 }} aria-live="polite">
            {words}
          </p>
        )}
        <div>
          <Button type="submit" disabled={faults.length > 0}>
            {form.kind === 'usual' ? 'Take over as usual' : 'Take over so this time'}
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
