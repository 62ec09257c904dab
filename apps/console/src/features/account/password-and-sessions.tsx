import { securityNumbers } from '@almanac/domain';
import type { Session } from '@almanac/protocol';
import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Form } from '../../ui/form.tsx';
import { ErrorNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';

export function OwnPassword() {
  const queryClient = useQueryClient();
  const [given, setGiven] = useState({ current: '', password: '' });
  const change = useMutation({
    mutationFn: () => api.changePassword({ body: given }),
    onSuccess: () => {
      setGiven({ current: '', password: '' });
      void queryClient.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  return (
    <Form className="stack-small" onSubmit={() => change.mutate()}>
      <div className="row" style={{ alignItems: 'flex-end', flexWrap: 'wrap' }}>
        <PasswordInput
          label="Current password"
          required
          autoComplete="current-password"
          style={{ minWidth: 220 }}
          value={given.current}
          onChange={(event) => setGiven({ ...given, current: event.currentTarget.value })}
        />
        <PasswordInput
          label="New password"
          required
          minLength={securityNumbers['password-length'].least}
          autoComplete="new-password"
          style={{ minWidth: 220 }}
          value={given.password}
          onChange={(event) => setGiven({ ...given, password: event.currentTarget.value })}
        />
        <Button type="submit" size="sm" loading={change.isPending}>
          Change the password
        </Button>
      </div>
      {change.isError ? <ErrorNote error={change.error} /> : null}
      {change.isSuccess ? <p style={{ margin: 0 }}>It is changed, and your other sessions are ended.</p> : null}
    </Form>
  );
}

export function OwnSessions() {
  const queryClient = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => api.listSessions({ query: { limit: 50 } }) });
  const end = useMutation({
    mutationFn: ({ id }: Session) => api.endSession({ params: { session: id } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <>
      {end.isError ? <ErrorNote error={end.error} /> : null}
      <Read query={sessions} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) => (
          <Table headings={['Opened', 'Last used', 'From', 'Browser']} actions>
            {items.map((each) => (
              <tr key={each.id}>
                <td>
                  <RelativeTime at={each.createdAt} />
                </td>
                <td>
                  <RelativeTime at={each.lastSeenAt} />
                </td>
                <td className="mono">{each.address}</td>
                <td className="soft break" style={{ minWidth: 200 }}>
                  {each.userAgent === '' ? '–' : each.userAgent}
                </td>
                <td>
                  {each.current ? (
                    'this one'
                  ) : (
                    <Button variant="default" loading={end.isPending} onClick={() => end.mutate(each)}>
                      End
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Read>
    </>
  );
}
