import { Button, MultiSelect, Radio } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { useRoles } from '../people/use-names.ts';

/** Says who must have a second factor. */
export function SecondFactorPolicy() {
  const policy = useQuery({ queryKey: ['second-factor-policy'], queryFn: () => api.getSecondFactorPolicy() });
  return (
    <Read query={policy} skeleton={<SkeletonRows rows={2} columns={1} />}>
      {(found) => <PolicyForm key={found.revision} policy={found} />}
    </Read>
  );
}

function PolicyForm(props: {
  readonly policy: { readonly everybody: boolean; readonly roles: readonly string[]; readonly revision: number };
}) {
  const queryClient = useQueryClient();
  const assignable = useRoles();
  const { everybody, roles: required, revision } = props.policy;
  const [who, setWho] = useState(everybody ? 'everybody' : required.length === 0 ? 'nobody' : 'roles');
  const [chosen, setChosen] = useState<readonly string[]>(required);
  const save = useMutation({
    mutationFn: () =>
      api.setSecondFactorPolicy({
        revision,
        body: { everybody: who === 'everybody', roles: who === 'roles' ? [...chosen] : [] },
      }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['second-factor-policy'] });
      void queryClient.invalidateQueries({ queryKey: ['factor-holders'] });
    },
  });
  return (
    <Form className="stack-small" onSubmit={() => save.mutate()}>
      <Radio.Group value={who} onChange={setWho} aria-label="Who must have a second factor">
        <div className="stack-small">
          <Radio value="nobody" label="Nobody: whoever wants one sets it up" />
          <Radio value="roles" label="Whoever holds one of these roles" />
          {who === 'roles' ? (
            <MultiSelect
              aria-label="Roles"
              data={[...new Set([...assignable.map((each) => each.value), ...required])]}
              value={[...chosen]}
              style={{ maxWidth: 400 }}
              onChange={setChosen}
            />
          ) : null}
          <Radio value="everybody" label="Everybody" />
        </div>
      </Radio.Group>
      <p className="soft" style={{ margin: 0 }}>
        Whoever must have one and has none sets it up in their next sign-in.
      </p>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          Save who must have one
        </Button>
      </div>
    </Form>
  );
}
