import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';

/** Signs in with name and password, and goes to where the person wanted to be. */
export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const [account, setAccount] = useState({ name: '', password: '' });
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => api.getSetup() });
  const signIn = useMutation({
    mutationFn: () => api.signIn({ body: account }),
    onSuccess: (me) => {
      queryClient.setQueryData(['me'], me);
      // Only a path of our own: a link from elsewhere must not lead away.
      router.history.push(to?.startsWith('/') === true && !to.startsWith('//') ? to : '/');
    },
  });
  return (
    <div className="centered">
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <div className="row">
          <img src="/mark.svg" alt="" width={28} height={28} />
          <h1>Sign in to Almanac</h1>
        </div>
        {setup.data?.required === true ? (
          <div className="note waiting">
            Nobody is here yet. Open the setup link that was printed when Almanac started.
          </div>
        ) : null}
        <TextInput
          label="Name"
          required
          autoComplete="username"
          data-autofocus
          value={account.name}
          onChange={(event) => setAccount({ ...account, name: event.currentTarget.value })}
        />
        <PasswordInput
          label="Password"
          required
          autoComplete="current-password"
          value={account.password}
          onChange={(event) => setAccount({ ...account, password: event.currentTarget.value })}
        />
        {signIn.isError ? <ErrorNote error={signIn.error} /> : null}
        <Button type="submit" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </div>
  );
}
