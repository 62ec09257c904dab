import type { ProofKind } from '@almanac/domain';
import type { SignInAnswer } from '@almanac/protocol';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { askForPasskey, passkeyError, passkeysWork } from './passkey.ts';
import { offeredProofs, proofWords } from './proof-form.view-model.ts';

/** Takes one of the proofs that count: the second step of a sign-in, or a proof before something sensitive. */
export function ProofForm(props: {
  readonly proofs: readonly ProofKind[];
  readonly action: string;
  readonly onProved: (answer: SignInAnswer) => void;
}) {
  const offered = offeredProofs(props.proofs, passkeysWork());
  const [chosen, setChosen] = useState<ProofKind>();
  const [text, setText] = useState('');
  const kind = chosen ?? offered[0];
  const give = useMutation({
    mutationFn: async () => {
      if (kind === 'password') return api.giveProof({ body: { kind, password: text } });
      if (kind === 'code' || kind === 'recovery-code') return api.giveProof({ body: { kind, code: text } });
      const response = await askForPasskey().catch((error: unknown) => {
        throw passkeyError(error);
      });
      return api.giveProof({ body: { kind: 'passkey', response } });
    },
    onSuccess: props.onProved,
    onError: () => setText(''),
  });
  if (kind === undefined)
    return <p style={{ margin: 0 }}>Nothing that you have works here. {whyNothing(props.proofs)}</p>;
  return (
    <Form onSubmit={() => give.mutate()}>
      <ProofInput kind={kind} text={text} onChange={setText} />
      {give.isError ? <ErrorNote error={give.error} /> : null}
      <Button type="submit" size="sm" loading={give.isPending}>
        {props.action}
      </Button>
      {offered.length < 2 ? null : (
        <div className="stack-small">
          {offered
            .filter((each) => each !== kind)
            .map((each) => (
              <button
                key={each}
                type="button"
                className="link-button"
                style={{ textAlign: 'left' }}
                onClick={() => {
                  give.reset();
                  setText('');
                  setChosen(each);
                }}
              >
                {proofWords[each]} instead
              </button>
            ))}
        </div>
      )}
    </Form>
  );
}

function whyNothing(proofs: readonly ProofKind[]): string {
  return proofs.includes('passkey')
    ? 'Your passkey belongs to another address of Almanac: open the one at which you made it.'
    : 'Sign out, and sign in again.';
}

function ProofInput(props: {
  readonly kind: ProofKind;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { kind, text } = props;
  const common = {
    required: true,
    value: text,
    'data-autofocus': true,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      props.onChange(event.currentTarget.value),
  };
  if (kind === 'passkey') return <p style={{ margin: 0 }}>Your browser will ask for the passkey and unlock it.</p>;
  if (kind === 'password')
    return <PasswordInput key={kind} label="Password" autoComplete="current-password" {...common} />;
  return kind === 'code' ? (
    <TextInput
      key={kind}
      label="Code"
      description="Six digits, which your authenticator app shows now"
      inputMode="numeric"
      autoComplete="one-time-code"
      autoFocus
      {...common}
    />
  ) : (
    <TextInput
      key={kind}
      label="Recovery code"
      description="One of the ten that you kept; it is used up by this"
      autoComplete="off"
      autoFocus
      {...common}
    />
  );
}
