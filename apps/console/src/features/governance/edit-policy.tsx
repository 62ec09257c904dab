import { ProblemError } from '@almanac/client';
import type { Policy, PolicyScope } from '@almanac/domain';
import type { PolicyVersion } from '@almanac/protocol';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { PolicyChanges } from './policy-changes.tsx';
import { PolicyFields } from './policy-fields.tsx';
import { type Faults, faultsOf, isChange, policyChanges, policyForm, policyOf } from './policy-form.view-model.ts';
import { scopeOptions } from './scope.view-model.ts';

/** The form of a policy; what would be otherwise stands below it before it is put in force. */
export function EditPolicy(props: {
  readonly scope: PolicyScope;
  readonly inForce: PolicyVersion | undefined;
  readonly policy: Policy;
}) {
  const { scope, inForce } = props;
  const [form, setForm] = useState(() => policyForm(props.policy));
  const [note, setNote] = useState('');
  const queryClient = useQueryClient();
  const read = policyOf(form);
  const changes = read.ok ? policyChanges(inForce?.policy, read.policy) : [];
  const set = useMutation({
    mutationFn: async () => {
      if (!read.ok) return;
      await api.setPolicy({ body: { scope, policy: read.policy, note, after: inForce?.version ?? 0 } });
    },
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['governance'] }),
  });
  const told = set.error instanceof ProblemError ? (set.error.problem.errors ?? []) : [];
  const faults: Faults = new Map([...faultsOf(told), ...(read.ok ? [] : read.faults)]);
  return (
    <Form aria-label="Policy" onSubmit={() => set.mutate()}>
      <PolicyFields
        form={form}
        faults={faults}
        onChange={(next) => {
          set.reset();
          setForm(next);
        }}
      />
      <section className="stack-small policy-save" aria-label="What would change">
        <h2>What would change</h2>
        {read.ok ? (
          <PolicyChanges changes={changes} />
        ) : (
          <p className="field-fault">Something is not filled in right yet: see the fields that are marked.</p>
        )}
        <TextInput
          label="Why"
          placeholder="for whoever reads the history"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {set.isError ? <ErrorNote error={set.error} /> : null}
        <CommandLine command={`almanac policy set ${scopeOptions(scope)} --file policy.yaml`} />
        <div className="row">
          <Button type="submit" loading={set.isPending} disabled={!read.ok || !isChange(changes)}>
            Put version {(inForce?.version ?? 0) + 1} in force
          </Button>
          <Button
            variant="default"
            disabled={!isChange(changes) && read.ok}
            onClick={() => setForm(policyForm(props.policy))}
          >
            Take my changes back
          </Button>
        </div>
      </section>
    </Form>
  );
}
