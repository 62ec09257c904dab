import type { DryRun, IdentityProvider } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorNote } from '../../ui/page-states.tsx';
import { nextStep } from './provider.view-model.ts';
import { TryByForm } from './try-by-form.tsx';

/** What can be done with a provider, the next step first. */
export function ProviderActions(props: { readonly provider: IdentityProvider; readonly onEdit: () => void }) {
  const { provider } = props;
  const params = { provider: provider.name };
  const queryClient = useQueryClient();
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: ['identity-providers'] });
    await queryClient.invalidateQueries({ queryKey: ['identity-provider'] });
  };
  const tryIt = useMutation({
    mutationFn: () => api.beginDryRun({ params, body: {} }),
    onSuccess: ({ dryRun, url }) => (url === null ? setTrying(dryRun) : location.assign(url)),
  });
  const [trying, setTrying] = useState<DryRun['id'] | null>(null);
  const activate = useMutation({
    mutationFn: () => api.activateIdentityProvider({ params, body: {} }),
    onSuccess: refresh,
  });
  const disable = useMutation({
    mutationFn: () => api.disableIdentityProvider({ params, body: {} }),
    onSuccess: refresh,
  });
  const [removing, setRemoving] = useState(false);
  const step = nextStep(provider);
  const mayActivate = step === 'activate' || (step === null && !provider.enabled);
  const error = tryIt.error ?? activate.error ?? disable.error;
  return (
    <div className="stack-small">
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {mayActivate ? (
          <Button loading={activate.isPending} onClick={() => activate.mutate()}>
            Let people sign in with {provider.displayName}
          </Button>
        ) : null}
        <Button
          variant={step === 'try' ? 'filled' : 'default'}
          loading={tryIt.isPending}
          onClick={() => tryIt.mutate()}
        >
          Try it
        </Button>
        <Button variant="default" onClick={props.onEdit}>
          Change {provider.displayName}
        </Button>
        {provider.enabled ? (
          <Button variant="default" loading={disable.isPending} onClick={() => disable.mutate()}>
            Let nobody in by it
          </Button>
        ) : null}
        <Button variant="default" onClick={() => setRemoving(true)}>
          Remove {provider.displayName}
        </Button>
      </div>
      {error === null ? null : <ErrorNote error={error} />}
      {mayActivate && provider.active !== null && step === 'activate' ? (
        <span className="soft">
          If nobody can sign in with it, the configuration before is put back: after 5 failures, or half an hour.
        </span>
      ) : null}
      <CommandLine command={`almanac provider ${mayActivate ? 'activate' : 'try'} ${provider.name}`} />
      <Modal opened={trying !== null} onClose={() => setTrying(null)} title={`Try ${provider.displayName}`}>
        {trying === null ? null : (
          <TryByForm provider={provider} dryRun={trying} onDone={() => void refresh().then(() => setTrying(null))} />
        )}
      </Modal>
      <RemoveProvider provider={provider} opened={removing} onClose={() => setRemoving(false)} />
    </div>
  );
}

function RemoveProvider(props: {
  readonly provider: IdentityProvider;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { provider } = props;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api.deleteIdentityProvider({ params: { provider: provider.name }, revision: provider.revision }),
    onSuccess: async () => {
      await navigate({ to: '/security/sign-in' });
      await queryClient.invalidateQueries({ queryKey: ['identity-providers'] });
    },
  });
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={`Remove ${provider.displayName}`}>
      <div className="stack">
        <p style={{ margin: 0 }}>
          {provider.identities} accounts lose this way in, with their sessions by it and the memberships that it gave.
          The accounts stay; those without a password need a link to set one.
        </p>
        {remove.isError ? <ErrorNote error={remove.error} /> : null}
        <CommandLine command={`almanac provider remove ${provider.name}`} />
        <div>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove {provider.displayName}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
