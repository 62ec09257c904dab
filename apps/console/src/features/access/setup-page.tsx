import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

/** The first page of a new installation: whoever has the one-time link makes the first administrator. */
export function SetupPage() {
  const { token = '' } = useSearch({ from: '/setup' });
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [account, setAccount] = useState({ name: '', password: '' });
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => api.getSetup() });
  const complete = useMutation({
    mutationFn: () => api.completeSetup({ body: { token, ...account } }),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: ['me'] });
      void navigate({ to: '/', search: {} });
    },
  });
  return (
    <div className="centered">
      <Form className="panel stack" onSubmit={() => complete.mutate()}>
        <h1>Set up Almanac</h1>
        {setup.data?.required === false ? (
          <p>
            This installation is set up already. <a href="/sign-in">Sign in</a>
          </p>
        ) : (
          <>
            <p className="soft" style={{ margin: 0 }}>
              You become the first administrator. The link that brought you here works once.
            </p>
            <TextInput
              label="Name"
              description="Lower-case letters, digits and hyphens"
              required
              autoComplete="username"
              data-autofocus
              value={account.name}
              onChange={(event) => setAccount({ ...account, name: event.currentTarget.value })}
            />
            <PasswordInput
              label="Password"
              description="At least 12 characters"
              required
              minLength={12}
              autoComplete="new-password"
              value={account.password}
              onChange={(event) => setAccount({ ...account, password: event.currentTarget.value })}
            />
            {complete.isError ? <ErrorNote error={complete.error} /> : null}
            <Button type="submit" size="sm" loading={complete.isPending}>
              Make the administrator and sign in
            </Button>
          </>
        )}
      </Form>
    </div>
  );
}
