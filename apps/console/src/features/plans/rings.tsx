import type { Operation, Plan, RingProgress } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateOf } from '../../ui/state-mark.tsx';
import { mayReturn, returnConsequence, ringParts, ringWords } from './rings.view-model.ts';

/** The rings that an operation goes over, each with how its sites stand. */
export function Rings(props: { readonly plan: Plan; readonly operation: Operation }) {
  const { plan, operation } = props;
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <ol className="rings" aria-label={`Rings of ${operation.application.name}`}>
        {operation.rings.map((ring) => (
          <li key={ring.name} className="ring">
            <strong>{ring.name}</strong>
            <span>
              <StateOf state={ring.state} />{' '}
              {ring.since === null ? null : (
                <span className="soft">
                  <RelativeTime at={ring.since} />
                </span>
              )}
            </span>
            <RingBar ring={ring} />
            {mayReturn(plan, operation, ring) ? (
              <button type="button" className="link-button" onClick={() => setAsked(ring.name)}>
                Take {ring.name} back
              </button>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ol>
      {asked === null ? null : <ReturnRing plan={plan} ring={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function RingBar(props: { readonly ring: RingProgress }) {
  const { counts } = props.ring;
  if (counts === null) return <span />;
  return (
    <span className="ring-sites">
      <span className="ring-bar" aria-hidden>
        {ringParts(counts).map((part) => (
          <span key={part.kind} className={`ring-part ring-${part.kind}`} style={{ width: `${part.share}%` }} />
        ))}
      </span>
      <span className="soft">{ringWords(counts)}</span>
    </span>
  );
}

function ReturnRing(props: { readonly plan: Plan; readonly ring: string; readonly onClose: () => void }) {
  const { plan, ring } = props;
  const queryClient = useQueryClient();
  const run = useMutation({
    mutationFn: () => api.returnRing({ params: { plan: plan.id, ring }, body: {} }),
    onSuccess: props.onClose,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['plan'] }),
  });
  return (
    <Modal opened onClose={props.onClose} title={`Take ring ${ring} back`}>
      <div className="stack">
        <p style={{ margin: 0 }}>{returnConsequence(plan, ring)}</p>
        {run.isError ? <ErrorNote error={run.error} /> : null}
        <CommandLine command={`almanac plan return-ring ${plan.number} ${ring}`} />
        <div className="row">
          <Button loading={run.isPending} onClick={() => run.mutate()}>
            Take ring {ring} back
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Do nothing
          </Button>
        </div>
      </div>
    </Modal>
  );
}
