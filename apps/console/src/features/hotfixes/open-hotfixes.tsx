import type { Hotfix } from '@almanac/protocol';
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';

const presenceHealth = { contained: 'healthy', missing: 'warning', absent: 'unknown' } as const;
const presenceWords = { contained: 'has it', missing: 'lacks it', absent: 'does not run it' } as const;

/** Hotfixes of an application that are not everywhere yet, above everything else about it. */
export function OpenHotfixes(props: { readonly application: string }) {
  const hotfixes = useQuery({
    queryKey: ['hotfixes', props.application],
    queryFn: () => api.listHotfixes({ query: { application: props.application, state: 'open', limit: 50 } }),
    refetchInterval: 10_000,
  });
  return (hotfixes.data?.items ?? []).map((each) => <OpenHotfix key={each.id} hotfix={each} />);
}

function OpenHotfix(props: { readonly hotfix: Hotfix }) {
  const { hotfix } = props;
  const [closing, setClosing] = useState(false);
  return (
    <section className="note waiting stack-small" aria-label={`Hotfix ${hotfix.number}`} style={{ marginBottom: 16 }}>
      <div className="row spread">
        <strong>
          Hotfix {hotfix.number} of {hotfix.base.label} for {hotfix.environment.name}
        </strong>
        <Button variant="default" size="compact-sm" onClick={() => setClosing(true)}>
          Close hotfix {hotfix.number}
        </Button>
      </div>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <span className="mono break">{hotfix.branch}</span>
        {hotfix.places.toReversed().map(({ environment, presence }) => (
          <StateMark
            key={environment.id}
            health={presenceHealth[presence]}
            word={`${environment.name} ${presenceWords[presence]}`}
            showWord
          />
        ))}
      </div>
      <div className="break">Next: {hotfix.next}</div>
      <Modal opened={closing} onClose={() => setClosing(false)} title={`Close hotfix ${hotfix.number}`}>
        {closing ? <CloseHotfix hotfix={hotfix} onClose={() => setClosing(false)} /> : null}
      </Modal>
    </section>
  );
}

function CloseHotfix(props: { readonly hotfix: Hotfix; readonly onClose: () => void }) {
  const { hotfix } = props;
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const close = useMutation({
    mutationFn: () => api.closeHotfix({ params: { hotfix: hotfix.id }, body: { reason } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['hotfixes'] });
      props.onClose();
    },
  });
  return (
    <Form onSubmit={() => close.mutate()}>
      <p style={{ margin: 0 }}>
        It closes by itself once every environment before {hotfix.environment.name} has the fix. Closed before that,
        nobody is warned any more when the fix would be lost.
      </p>
      <TextInput
        label="Why"
        required
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {close.isError ? <ErrorNote error={close.error} /> : null}
      <CommandLine command={`almanac hotfix close ${hotfix.number} --reason "${reason || '<why>'}"`} />
      <div>
        <Button type="submit" loading={close.isPending} disabled={reason.trim() === ''}>
          Close hotfix {hotfix.number}
        </Button>
      </div>
    </Form>
  );
}
