import type { Factors, Passkey } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { AddApp, type AddedFactor, AddPasskey } from '../access/add-factor.tsx';
import { passkeysWork } from '../access/passkey.ts';
import { RecoveryCodes } from '../access/recovery-codes.tsx';
import { factorWords } from './own-factors.view-model.ts';

const titles = { app: 'An authenticator app', passkey: 'A passkey', codes: 'Recovery codes' } as const;

/** The second factors of whoever is signed in. */
export function OwnFactors() {
  const queryClient = useQueryClient();
  const factors = useQuery({ queryKey: ['factors'], queryFn: () => api.getFactors() });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['factors'] });
  const [open, setOpen] = useState<keyof typeof titles>();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const close = () => {
    setOpen(undefined);
    setCodes([]);
  };
  const onAdded = ({ recoveryCodes }: AddedFactor) => {
    refresh();
    setCodes(recoveryCodes ?? []);
    setOpen(recoveryCodes === null ? undefined : 'codes');
  };
  const makeCodes = useMutation({
    mutationFn: () => api.makeRecoveryCodes({ body: {} }),
    onSuccess: onAdded,
  });
  return (
    <Read query={factors} skeleton={<SkeletonRows rows={3} columns={3} />}>
      {(found) => (
        <>
          <p style={{ margin: 0 }}>{factorWords(found)}</p>
          {makeCodes.isError ? <ErrorNote error={makeCodes.error} /> : null}
          <FactorTable factors={found} onChanged={refresh} />
          <div className="row" style={{ flexWrap: 'wrap' }}>
            {found.totp === null ? <Button onClick={() => setOpen('app')}>Set an authenticator app up</Button> : null}
            {passkeysWork() ? (
              <Button variant={found.totp === null ? 'default' : 'filled'} onClick={() => setOpen('passkey')}>
                Add a passkey
              </Button>
            ) : null}
            {found.totp === null && found.passkeys.length === 0 ? null : (
              <Button variant="default" loading={makeCodes.isPending} onClick={() => makeCodes.mutate()}>
                Make other recovery codes
              </Button>
            )}
          </div>
          {passkeysWork() ? null : (
            <p className="soft" style={{ margin: 0 }}>
              Passkeys need a name and HTTPS: open Almanac at its name, or on this machine at{' '}
              <span className="mono">localhost</span>.
            </p>
          )}
          <Modal opened={open !== undefined} onClose={close} title={open === undefined ? '' : titles[open]}>
            {open === 'app' ? <AddApp onAdded={onAdded} /> : null}
            {open === 'passkey' ? <AddPasskey onAdded={onAdded} /> : null}
            {open === 'codes' ? <RecoveryCodes codes={codes} done="I kept them" onDone={close} /> : null}
          </Modal>
        </>
      )}
    </Read>
  );
}

function FactorTable(props: { readonly factors: Factors; readonly onChanged: () => void }) {
  const { factors, onChanged } = props;
  const removeApp = useMutation({ mutationFn: () => api.removeTotp(), onSuccess: onChanged });
  const removeKey = useMutation({
    mutationFn: ({ id }: Passkey) => api.removePasskey({ params: { passkey: id } }),
    onSuccess: onChanged,
  });
  const error = removeApp.error ?? removeKey.error;
  if (factors.totp === null && factors.passkeys.length === 0) return null;
  return (
    <>
      {error === null ? null : <ErrorNote error={error} />}
      <Table headings={['Factor', 'Since', 'Last used']} actions>
        {factors.totp === null ? null : (
          <tr>
            <td>Authenticator app</td>
            <td>
              <RelativeTime at={factors.totp.since} />
            </td>
            <td>–</td>
            <td>
              <Button variant="default" loading={removeApp.isPending} onClick={() => removeApp.mutate()}>
                Give the app up
              </Button>
            </td>
          </tr>
        )}
        {factors.passkeys.map((each) => (
          <tr key={each.id}>
            <td>
              Passkey {each.name}
              {each.backedUp ? <span className="soft"> (kept by its provider, too)</span> : null}
            </td>
            <td>
              <RelativeTime at={each.createdAt} />
            </td>
            <td>
              <RelativeTime at={each.lastUsedAt} />
            </td>
            <td>
              <Button variant="default" loading={removeKey.isPending} onClick={() => removeKey.mutate(each)}>
                Give {each.name} up
              </Button>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
