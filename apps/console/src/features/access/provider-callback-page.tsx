import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useRouteContext, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { Arrival } from './arrival.tsx';

/** Where a provider sends people back to: what it said goes to the server, once, and out of the address. */
export function ProviderCallbackPage() {
  const { provider } = useParams({ from: '/sign-in/callback/$provider' });
  // As it was written: the router reads numbers out of addresses, and a code may look like one.
  const { cameWith } = useRouteContext({ from: '/sign-in/callback/$provider' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const complete = useMutation({
    mutationFn: (query: string) => api.completeProviderSignIn({ body: { kind: 'redirect', provider, query } }),
    onSuccess: async (done) => {
      queryClient.removeQueries({ queryKey: ['me'] });
      if (done.kind === 'tried') {
        await queryClient.invalidateQueries({ queryKey: ['identity-provider'] });
        await router.navigate({
          to: '/security/sign-in/$provider',
          params: { provider: done.provider },
          replace: true,
        });
      } else if (done.kind === 'signed-in') router.history.replace(done.to ?? '/');
    },
  });
  const begun = useRef(false);
  useEffect(() => {
    // An answer is worth something once: effects that run twice must not send it twice.
    if (begun.current) return;
    begun.current = true;
    const query = cameWith.slice(1);
    history.replaceState(history.state, '', location.pathname);
    complete.mutate(query === '' ? 'error=no_answer' : query);
  });
  const done = complete.data;
  if (done?.kind === 'outstanding')
    return (
      <div className="centered">
        <div className="panel">
          <Arrival outstanding={done.outstanding} onIn={() => router.history.replace(done.to ?? '/')} />
        </div>
      </div>
    );
  return (
    <div className="centered">
      <div className="panel stack">
        <div className="row">
          <img src="/mark.svg" alt="" width={28} height={28} />
          <h1>Sign in to Almanac</h1>
        </div>
        {complete.isError ? (
          <>
            <ErrorNote error={complete.error} />
            <Link to="/sign-in" search={{}}>
              Back to the sign-in
            </Link>
          </>
        ) : (
          <p role="status" style={{ margin: 0 }}>
            The answer of the provider is checked…
          </p>
        )}
      </div>
    </div>
  );
}
