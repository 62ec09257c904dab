import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';

/** Where the sealed credentials for an emergency are used. */
export function BreakGlassPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [secret, setSecret] = useState('');
  const enter = useMutation({
    mutationFn: () => api.signInByBreakGlass({ body: { secret: secret.trim() } }),
    onSuccess: () => {
      queryClient.clear();
      void navigate({ to: '/', search: {} });
    },
  });
  return (
    <div className="centered">
      <Form className="panel stack" onSubmit={() => enter.mutate()}>
        <h1>Sign in in an emergency</h1>
        <div className="note warning">
          Every administrator is told. The credentials work once, and let you in for an hour as an administrator.
        </div>
        <PasswordInput
          label="The sealed credentials"
          description="They begin with alb_"
          required
          autoComplete="off"
          data-autofocus
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        {enter.isError ? <ErrorNote error={enter.error} /> : null}
        <Button type="submit" size="sm" color="red" loading={enter.isPending}>
          Use the credentials and sign in
        </Button>
        <a href="/sign-in">Sign in as usual instead</a>
      </Form>
    </div>
  );
}
