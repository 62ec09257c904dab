import type { SigningKeys } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { SecurityTabs } from '../security/security-tabs.tsx';
import { countOfSites, reasonWords, retirementWords } from './signing-keys.view-model.ts';

type Key = SigningKeys['keys'][number];

/** The keys with which the server signs what it tells its sites, which sites know them, and their rotation. */
export function SigningKeysPage() {
  // Sites acknowledge keys one by one.
  const found = useQuery({ queryKey: ['signing-keys'], queryFn: () => api.listSigningKeys(), refetchInterval: 5000 });
  return (
    <Page title="Signing keys" under="With what the server signs what it tells its sites">
      <OfflineNote />
      <SecurityTabs active="/security/signing-keys" />
      <div className="stack">
        <Read query={found} skeleton={<SkeletonRows rows={2} columns={5} />}>
          {(keys) => (
            <>
              <Keys keys={keys} />
              <AddKey />
              <Behind keys={keys} />
            </>
          )}
        </Read>
        <CommandLine command="almanac signing-key list" />
      </div>
    </Page>
  );
}

function Keys({ keys }: { readonly keys: SigningKeys }) {
  const [retiring, setRetiring] = useState<Key | null>(null);
  return (
    <>
      <Table headings={['Key', 'Made', 'State', 'Known by', 'Signs for']} actions>
        {keys.keys.map((key) => (
          <tr key={key.keyId}>
            <td className="mono">{key.keyId}</td>
            <td>
              <RelativeTime at={key.createdAt} /> by {key.createdBy}
            </td>
            <td>
              {key.retiredAt === null ? (
                'In use'
              ) : (
                <span className="soft">
                  Retired <RelativeTime at={key.retiredAt} /> by {key.retiredBy}
                </span>
              )}
            </td>
            <td>
              {key.sites.knowing} of {countOfSites(keys.sites)}
            </td>
            <td>{countOfSites(key.sites.using)}</td>
            <td>
              {retirementWords(keys, key) === undefined ? null : (
                <Button variant="default" aria-label={`Retire ${key.keyId}`} onClick={() => setRetiring(key)}>
                  Retire
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {retiring === null ? null : <RetireKey keys={keys} shown={retiring} onClose={() => setRetiring(null)} />}
    </>
  );
}

function AddKey() {
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: () => api.addSigningKey({ body: {} }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['signing-keys'] }),
  });
  return (
    <div className="stack-small">
      <p className="soft" style={{ margin: 0, maxWidth: 640 }}>
        A new key is announced to every site by the keys that it knows, and signs for each site that acknowledged it. A
        site that is away gets in by the key that it knows, so retire the one before when every site knows the new one.
      </p>
      {add.isError ? <ErrorNote error={add.error} /> : null}
      <div>
        <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          Make a key
        </Button>
      </div>
    </div>
  );
}

function RetireKey(props: { readonly keys: SigningKeys; readonly shown: Key; readonly onClose: () => void }) {
  const { keys, onClose } = props;
  const queryClient = useQueryClient();
  // Sites acknowledge other keys while the dialog is open.
  const key = keys.keys.find((each) => each.keyId === props.shown.keyId) ?? props.shown;
  const words = retirementWords(keys, key);
  const evenIfCutOff = words?.cutsOff === true;
  const retire = useMutation({
    mutationFn: () => api.retireSigningKey({ params: { key: key.keyId }, body: { evenIfCutOff } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['signing-keys'] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Retire ${key.keyId}`}>
      <div className="stack">
        <p style={{ margin: 0 }}>{words?.text ?? 'It is retired already, or the last one.'}</p>
        <p style={{ margin: 0 }}>Its private part is destroyed. Take a backup afterwards.</p>
        {retire.isError ? <ErrorNote error={retire.error} /> : null}
        <CommandLine command={`almanac signing-key retire ${key.keyId}${evenIfCutOff ? ' --even-if-cut-off' : ''}`} />
        <div className="row">
          <Button
            {...(evenIfCutOff ? { color: 'red' } : {})}
            loading={retire.isPending}
            disabled={words === undefined}
            onClick={() => retire.mutate()}
          >
            {evenIfCutOff ? `Retire it and cut off ${countOfSites(key.sites.depending)}` : 'Retire it'}
          </Button>
          <Button variant="default" onClick={onClose}>
            Do nothing
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Behind({ keys }: { readonly keys: SigningKeys }) {
  if (keys.behindCount === 0) return null;
  return (
    <div className="stack-small">
      <h2>Sites that do not know the latest key</h2>
      <Table headings={['Site', 'Environment', 'Why']}>
        {keys.behind.map(({ site, environment, reason }) => (
          <tr key={site.id}>
            <td>{site.name}</td>
            <td>{environment.name}</td>
            <td>{reasonWords(reason)}</td>
          </tr>
        ))}
      </Table>
      {keys.behindCount > keys.behind.length ? (
        <p className="soft" style={{ margin: 0 }}>
          and {keys.behindCount - keys.behind.length} more
        </p>
      ) : null}
    </div>
  );
}
