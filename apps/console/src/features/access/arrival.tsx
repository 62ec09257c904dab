import type { OutstandingSignIn } from '@almanac/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { Enrolment } from './enrolment.tsx';
import { ProofForm } from './proof-form.tsx';

/** What is left to do of a sign-in once the first factor was right. */
export function Arrival(props: { readonly outstanding: OutstandingSignIn; readonly onIn: () => void }) {
  const { outstanding } = props;
  const queryClient = useQueryClient();
  const onIn = () => {
    queryClient.clear();
    props.onIn();
  };
  return (
    <div className="stack">
      <h1>{outstanding.state === 'enrolment' ? 'Set a second factor up' : 'One more step'}</h1>
      {outstanding.state === 'enrolment' ? (
        <Enrolment onDone={onIn} />
      ) : (
        <>
          <p className="soft" style={{ margin: 0 }}>
            This is {outstanding.name}. Now the second factor.
          </p>
          <ProofForm proofs={outstanding.proofs} action="Sign in" onProved={onIn} />
        </>
      )}
    </div>
  );
}
