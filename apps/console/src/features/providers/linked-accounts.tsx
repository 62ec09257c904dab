import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { Empty, ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';

/** Which accounts are linked to a provider; people who have one already are linked here by their key. */
export function LinkedAccounts(props: { readonly provider: string }) {
  const params = { provider: props.provider };
  const queryClient = useQueryClient();
  const [wanted, setWanted] = useState({ principal: '', subject: '' });
  const identities = useQuery({
    queryKey: ['identity-provider', props.provider, 'identities'],
    queryFn: () => api.listExternalIdentities({ params, query: { limit: 200 } }),
  });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['identity-provider', props.provider] });
  const link = useMutation({
    mutationFn: () => api.linkExternalIdentity({ params, body: wanted }),
    onSuccess: () => {
      setWanted({ principal: '', subject: '' });
      refresh();
    },
  });
  const unlink = useMutation({
    mutationFn: (identity: string) => api.unlinkExternalIdentity({ params: { ...params, identity } }),
    onSuccess: refresh,
  });
  return (
    <div className="stack">
      <Read query={identities} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No account is linked yet" />
          ) : (
            <Table headings={['Account', 'Key at the provider', 'Made', 'Last here']} actions>
              {items.map((each) => (
                <tr key={each.id}>
                  <td>{each.account.name}</td>
                  <td className="mono break">{each.subject}</td>
                  <td>{each.provisioned ? 'by the provider' : 'by hand'}</td>
                  <td>{each.lastSeenAt === null ? 'never' : <RelativeTime at={each.lastSeenAt} />}</td>
                  <td>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      loading={unlink.isPending}
                      onClick={() => unlink.mutate(each.id)}
                    >
                      Unlink {each.account.name}
                    </Button>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
      {unlink.isError ? <ErrorNote error={unlink.error} /> : null}
      <Form className="field-row" style={{ alignItems: 'end' }} onSubmit={() => link.mutate()}>
        <TextInput
          label="Account"
          required
          value={wanted.principal}
          onChange={(event) => setWanted({ ...wanted, principal: event.currentTarget.value })}
        />
        <TextInput
          label="Key of the person at the provider"
          required
          value={wanted.subject}
          onChange={(event) => setWanted({ ...wanted, subject: event.currentTarget.value })}
        />
        <Button type="submit" variant="default" loading={link.isPending}>
          Link them
        </Button>
      </Form>
      {link.isError ? <ErrorNote error={link.error} /> : null}
    </div>
  );
}
