import { Button } from '@mantine/core';
import { useState } from 'react';
import { AddApp, type AddedFactor, AddPasskey } from './add-factor.tsx';
import { passkeysWork } from './passkey.ts';
import { RecoveryCodes } from './recovery-codes.tsx';

/** In the sign-in of somebody who must have a second factor and has none: they set one up, and are in. */
export function Enrolment({ onDone }: { readonly onDone: () => void }) {
  const [chosen, setChosen] = useState<'app' | 'passkey'>();
  const [added, setAdded] = useState<AddedFactor>();
  if (added !== undefined)
    return <RecoveryCodes codes={added.recoveryCodes ?? []} done="I kept them" onDone={onDone} />;
  if (chosen === 'app') return <AddApp onAdded={setAdded} />;
  if (chosen === 'passkey') return <AddPasskey onAdded={setAdded} />;
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        You must have a second factor here, and have none yet. Set one up now; from then on a password alone, which
        somebody may have learned, lets nobody in as you.
      </p>
      <Button variant="default" onClick={() => setChosen('app')}>
        An authenticator app on a telephone
      </Button>
      {passkeysWork() ? (
        <Button variant="default" onClick={() => setChosen('passkey')}>
          A passkey of this device or a security key
        </Button>
      ) : null}
    </div>
  );
}
