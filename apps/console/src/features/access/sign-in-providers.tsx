import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import type { ListedProvider } from './sign-in-ways.view-model.ts';

/** The providers that people are sent to, each as a button; nothing where there is none. */
export function SignInProviders(props: {
  readonly providers: readonly ListedProvider[];
  readonly to: string | undefined;
}) {
  const begin = useMutation({
    mutationFn: (provider: string) =>
      api.beginProviderSignIn({ body: { provider, ...(props.to === undefined ? {} : { to: props.to }) } }),
    onSuccess: ({ url }) => location.assign(url),
  });
  if (props.providers.length === 0) return null;
  return (
    <div className="stack-small">
      {props.providers.map((each) => (
        <Button
          key={each.name}
          variant="default"
          size="sm"
          loading={begin.isPending && begin.variables === each.name}
          onClick={() => begin.mutate(each.name)}
        >
          Sign in with {each.displayName}
        </Button>
      ))}
      {begin.isError ? <ErrorNote error={begin.error} /> : null}
    </div>
  );
}
