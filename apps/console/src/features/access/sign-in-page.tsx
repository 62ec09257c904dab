import type { OutstandingSignIn, SignInAnswer } from '@almanac/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { Arrival } from './arrival.tsx';
import { askForPasskey, passkeyError, passkeysWork } from './passkey.ts';
import { PasswordFields } from './password-fields.tsx';
import { SignInProviders } from './sign-in-providers.tsx';
import { chosenWay, formWays, ownWay, redirectsOf } from './sign-in-ways.view-model.ts';

/** Signs in, in as many steps as it takes, and goes to where the person wanted to be. */
export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const [account, setAccount] = useState({ name: '', password: '' });
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => api.getSetup() });
  // Only a path of our own: a link from elsewhere must not lead away.
  const goOn = () => router.history.push(to?.startsWith('/') === true && !to.startsWith('//') ? to : '/');
  const onIn = () => {
    queryClient.removeQueries({ queryKey: ['me'] });
    goOn();
  };
  const onSuccess = (answer: SignInAnswer) => (answer.state === 'signed-in' ? onIn() : undefined);
  const providers = useQuery({ queryKey: ['sign-in-providers'], queryFn: () => api.listSignInProviders() });
  const listed = providers.data?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const ways = formWays(listed);
  const way = chosenWay(ways, chosen);
  const signIn = useMutation({ mutationFn: () => api.signIn({ body: account }), onSuccess });
  const byDirectory = useMutation({
    mutationFn: (provider: string) => api.completeProviderSignIn({ body: { kind: 'form', provider, ...account } }),
    onSuccess: (done) => (done.kind === 'outstanding' ? undefined : onIn()),
  });
  const password = way === ownWay ? signIn : byDirectory;
  const byPasskey = useMutation({
    mutationFn: async () => {
      const response = await askForPasskey().catch((error: unknown) => {
        throw passkeyError(error);
      });
      return api.signInWithPasskey({ body: { response } });
    },
    onSuccess,
  });
  const outstanding = outstandingOf(signIn.data) ?? outstandingOf(byDirectory.data);
  if (outstanding !== undefined)
    return (
      <div className="centered">
        <div className="panel">
          <Arrival outstanding={outstanding} onIn={goOn} />
        </div>
      </div>
    );
  return (
    <div className="centered">
      <Form
        className="panel stack"
        onSubmit={() => {
          if (way === ownWay) signIn.mutate();
          else byDirectory.mutate(way.value);
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
        <PasswordFields ways={ways} way={way} onWay={setChosen} given={account} onGive={setAccount} />
        {password.isError ? <ErrorNote error={password.error} /> : null}
        <Button type="submit" size="sm" loading={password.isPending}>
          Sign in
        </Button>
        {passkeysWork() ? (
          <>
            {byPasskey.isError ? <ErrorNote error={byPasskey.error} /> : null}
            <Button variant="default" size="sm" loading={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
              Sign in with a passkey
            </Button>
          </>
        ) : null}
        <SignInProviders providers={redirectsOf(listed)} to={to} />
      </Form>
    </div>
  );
}

type ProviderSignIn = Awaited<ReturnType<typeof api.completeProviderSignIn>>;

/** What is left to do after a password of ours, or of a directory. */
function outstandingOf(answer: SignInAnswer | ProviderSignIn | undefined): OutstandingSignIn | undefined {
  if (answer === undefined) return undefined;
  if (!('state' in answer)) return answer.kind === 'outstanding' ? answer.outstanding : undefined;
  return answer.state === 'signed-in' ? undefined : answer;
}
