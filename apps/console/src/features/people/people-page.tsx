import type { SignInBlock } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { Table } from '../../ui/table.tsx';
import { InvitePerson } from './invite-person.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { PersonRow } from './person-row.tsx';

/** Who may come in: people and service accounts, and who is kept from trying. */
export function PeoplePage() {
  const [inviting, setInviting] = useState(false);
  const people = useQuery({
    queryKey: ['principals'],
    queryFn: () => api.listPrincipals({ query: { limit: 200 } }),
  });
  return (
    <Page
      title="People"
      under="Who may come in, and what they may do"
      actions={<Button onClick={() => setInviting(true)}>Invite somebody</Button>}
    >
      <OfflineNote />
      <PeopleTabs active="/people" />
      <div className="stack">
        <Read query={people} skeleton={<SkeletonRows rows={4} columns={5} />}>
          {({ items }) => (
            <Table headings={['Name', 'Kind', 'Default role', 'Teams', 'State']} actions>
              {items.map((each) => (
                <PersonRow key={each.id} person={each} />
              ))}
            </Table>
          )}
        </Read>
        <CommandLine command="almanac principal invite <name> --role <role>" />
        <h2>Kept from trying</h2>
        <Blocks />
      </div>
      <Modal opened={inviting} onClose={() => setInviting(false)} title="Invite somebody">
        {inviting ? <InvitePerson onClose={() => setInviting(false)} /> : null}
      </Modal>
    </Page>
  );
}

/** Accounts and addresses that may not try to sign in now. */
function Blocks() {
  const queryClient = useQueryClient();
  const blocks = useQuery({
    queryKey: ['sign-in-blocks'],
    queryFn: () => api.listSignInBlocks({ query: { limit: 200 } }),
    refetchInterval: 10_000,
  });
  const lift = useMutation({
    mutationFn: ({ scope, key }: SignInBlock) => api.liftSignInBlock({ body: { scope, key } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['sign-in-blocks'] }),
  });
  return (
    <>
      {lift.isError ? <ErrorNote error={lift.error} /> : null}
      <Read query={blocks} skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody is: there were no more wrong passwords than people mistype" />
          ) : (
            <Table headings={['Who', 'Counted by', 'Failures', 'May try again at']} actions>
              {items.map((each) => (
                <tr key={`${each.scope} ${each.key}`}>
                  <td className="mono break" style={{ minWidth: 140 }}>
                    {each.key === '' ? 'everybody' : each.key}
                  </td>
                  <td>{each.scope.replaceAll('-', ' ')}</td>
                  <td className="mono">{each.failures}</td>
                  <td>{new Date(each.until).toLocaleTimeString()}</td>
                  <td>
                    <Button variant="default" loading={lift.isPending} onClick={() => lift.mutate(each)}>
                      Let them try again
                    </Button>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
    </>
  );
}
