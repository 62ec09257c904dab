import { securityNumbers } from '@almanac/domain';
import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { Arrival } from './arrival.tsx';

/** Where the link of an invitation leads: whoever has it sets a password and is signed in. */
export function PasswordPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [password, setPassword] = useState('');
  // Behind the hash, so that it stands in no log; it is not needed in the address from here on.
  const [token] = useState(() => location.hash.slice(1));
  const set = useMutation({
    mutationFn: () => api.setPassword({ body: { token, password } }),
    onSuccess: (answer) => {
      queryClient.clear();
      if (answer.state === 'signed-in') void goOn();
    },
  });
  const goOn = () => navigate({ to: '/', search: {} });
  if (set.data !== undefined && set.data.state !== 'signed-in')
    return (
      <div className="centered">
        <div className="panel">
          <Arrival outstanding={set.data} onIn={() => void goOn()} />
        </div>
      </div>
    );
  return (
    <div className="centered">
      <Form className="panel stack" onSubmit={() => set.mutate()}>
        <h1>Choose a password</h1>
        {token === '' ? (
          <p>This link is not complete. Open it as it was given to you, or ask an administrator for a new one.</p>
        ) : (
          <>
            <p className="soft" style={{ margin: 0 }}>
              The link that brought you here works once. Nobody else learns your password.
            </p>
            <PasswordInput
              label="Password"
              description="Several words are better than signs"
              required
              minLength={securityNumbers['password-length'].least}
              autoComplete="new-password"
              data-autofocus
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {set.isError ? <ErrorNote error={set.error} /> : null}
            <Button type="submit" size="sm" loading={set.isPending}>
              Set the password and sign in
            </Button>
          </>
        )}
      </Form>
    </div>
  );
}
