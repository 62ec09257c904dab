import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api, stepUp } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { ProofForm } from './proof-form.tsx';

/** Asks for a proof whenever the server wants one; what was refused goes on by itself afterwards. */
export function StepUpDialog() {
  const asked = useSyncExternalStore(stepUp.subscribe, stepUp.isAsked);
  return (
    <Modal opened={asked} onClose={() => stepUp.answer(false)} title="Prove that it is you" zIndex={400}>
      {asked ? <Asked /> : null}
    </Modal>
  );
}

function Asked() {
  const proofs = useQuery({ queryKey: ['proofs'], queryFn: () => api.getProofs(), staleTime: 0, gcTime: 0 });
  return (
    <div className="stack">
      <p className="soft" style={{ margin: 0 }}>
        What you are about to do is sensitive. A proof lets it pass, and others like it for ten minutes.
      </p>
      <Read query={proofs} skeleton={<SkeletonRows rows={1} columns={1} />}>
        {(found) => <ProofForm proofs={found.proofs} action="Go on" onProved={() => stepUp.answer(true)} />}
      </Read>
    </div>
  );
}
