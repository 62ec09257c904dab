import { type Capability, capabilities } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { endWords, lifetimes, limitWords, wantedLimits } from './own-tokens.view-model.ts';

/** API tokens of whoever is signed in: made with what they may do at most, shown once, rotated and revoked. */
export function OwnTokens() {
  const tokens = useQuery({ queryKey: ['api-tokens'], queryFn: () => api.listApiTokens({ query: { limit: 100 } }) });
  const [secret, setSecret] = useState<string>();
  return (
    <div className="stack">
      <MakeToken onMade={setSecret} />
      {secret === undefined ? null : (
        <div className="stack-small">
          <p style={{ margin: 0 }}>This is the only time that it is shown.</p>
          <CommandLine command={secret} />
        </div>
      )}
      <Read query={tokens} skeleton={<SkeletonRows rows={2} columns={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="You have no API token" />
          ) : (
            <TokenTable tokens={items} onMade={setSecret} />
          )
        }
      </Read>
    </div>
  );
}

function MakeToken({ onMade }: { readonly onMade: (secret: string) => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [only, setOnly] = useState<readonly Capability[]>([]);
  const [environments, setEnvironments] = useState<readonly string[]>([]);
  const known = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  const create = useMutation({
    mutationFn: () =>
      api.createApiToken({
        body: { name, expiresInDays: Number(days), ...wantedLimits({ capabilities: only, environments }) },
      }),
    onSuccess: (made) => {
      setName('');
      onMade(made.secret);
      void queryClient.invalidateQueries({ queryKey: ['api-tokens'] });
    },
  });
  return (
    <Form className="stack-small" onSubmit={() => create.mutate()}>
      <div className="row" style={{ alignItems: 'flex-end', flexWrap: 'wrap' }}>
        <TextInput
          label="What it is for"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Ends after"
          data={[...lifetimes]}
          value={days}
          style={{ width: 130 }}
          onChange={(value) => setDays(value ?? '90')}
        />
        <MultiSelect
          label="May only"
          placeholder={only.length === 0 ? 'all that you may' : ''}
          data={[...capabilities]}
          value={[...only]}
          style={{ minWidth: 200 }}
          onChange={(values) => setOnly(values as Capability[])}
        />
        <MultiSelect
          label="Only in"
          placeholder={environments.length === 0 ? 'all environments' : ''}
          data={(known.data?.items ?? []).map((each) => ({ value: each.id, label: each.displayName }))}
          value={[...environments]}
          style={{ minWidth: 200 }}
          onChange={setEnvironments}
        />
        <Button type="submit" size="sm" loading={create.isPending}>
          Make a token
        </Button>
      </div>
      {create.isError ? <ErrorNote error={create.error} /> : null}
    </Form>
  );
}

function TokenTable(props: { readonly tokens: readonly ApiToken[]; readonly onMade: (secret: string) => void }) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['api-tokens'] });
  const rotate = useMutation({
    mutationFn: ({ id }: ApiToken) => api.rotateApiToken({ params: { id }, body: {} }),
    onSuccess: (made) => {
      props.onMade(made.secret);
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: ({ id }: ApiToken) => api.deleteApiToken({ params: { id } }),
    onSuccess: refresh,
  });
  const error = rotate.error ?? revoke.error;
  return (
    <>
      {error === null ? null : <ErrorNote error={error} />}
      <Table headings={['For', 'Begins with', 'May', 'Last used', 'Ends']} actions>
        {props.tokens.map((token) => (
          <tr key={token.id}>
            <td>{token.name}</td>
            <td className="mono">{token.prefix}…</td>
            <td>{limitWords(token.limits)}</td>
            <td>
              <RelativeTime at={token.lastUsedAt} />
            </td>
            <td>
              {endWords(token.expiresAt)}
              {token.replacedBy === null ? null : <span className="soft"> (was replaced)</span>}
            </td>
            <td>
              <div className="row">
                {token.replacedBy === null ? (
                  <Button
                    variant="default"
                    loading={rotate.isPending}
                    aria-label={`Replace ${token.name}`}
                    title="Makes another one; this one works for a day more"
                    onClick={() => rotate.mutate(token)}
                  >
                    Replace
                  </Button>
                ) : null}
                <Button
                  variant="default"
                  loading={revoke.isPending}
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => revoke.mutate(token)}
                >
                  Revoke
                </Button>
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
