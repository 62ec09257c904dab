import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { makePasskey, passkeyError } from './passkey.ts';
import { QrCode } from './qr-code.tsx';

/** What was made: the recovery codes that came with a first factor. */
export interface AddedFactor {
  readonly recoveryCodes: readonly string[] | null;
}

/** Sets an authenticator app up: a QR code, and the first code of it. */
export function AddApp({ onAdded }: { readonly onAdded: (added: AddedFactor) => void }) {
  const [code, setCode] = useState('');
  const begun = useQuery({
    queryKey: ['begun-totp'],
    queryFn: () => api.beginTotp({ body: {} }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const confirm = useMutation({
    mutationFn: () => api.confirmTotp({ body: { code } }),
    onSuccess: onAdded,
    onError: () => setCode(''),
  });
  return (
    <Read query={begun} skeleton={<SkeletonRows rows={4} columns={1} />}>
      {({ secret, uri }) => (
        <Form onSubmit={() => confirm.mutate()}>
          <p style={{ margin: 0 }}>Scan this with an authenticator app, then give the code that the app shows.</p>
          <QrCode text={uri} label="QR code for an authenticator app" />
          <p className="soft" style={{ margin: 0 }}>
            To type it instead: <span className="mono break">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</span>
          </p>
          <TextInput
            label="Code"
            description="Six digits"
            required
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          {confirm.isError ? <ErrorNote error={confirm.error} /> : null}
          <div className="row">
            <Button type="submit" loading={confirm.isPending}>
              Set the app up
            </Button>
          </div>
        </Form>
      )}
    </Read>
  );
}

/** Has the browser make a passkey. */
export function AddPasskey({ onAdded }: { readonly onAdded: (added: AddedFactor) => void }) {
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () =>
      makePasskey(name).catch((error: unknown) => {
        throw passkeyError(error);
      }),
    onSuccess: onAdded,
  });
  return (
    <Form onSubmit={() => add.mutate()}>
      <p style={{ margin: 0 }}>
        A passkey is kept by this device, a telephone or a security key, and unlocked by a finger, a face or a PIN. It
        also signs in alone, without a password.
      </p>
      <TextInput
        label="Name of the passkey"
        description="Where it is kept, so that you recognise it"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <div className="row">
        <Button type="submit" loading={add.isPending}>
          Make a passkey
        </Button>
      </div>
    </Form>
  );
}
