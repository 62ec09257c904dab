import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';
import { AddSubscription } from './add-subscription.tsx';
import { conditionOf, placeOf, wishOf } from './notification.view-model.ts';

/** Who is told of what. */
export function NotificationsPage() {
  const [adding, setAdding] = useState(false);
  const subscriptions = useQuery({
    queryKey: ['subscriptions'],
    queryFn: () => api.listNotificationSubscriptions({ query: { limit: 200 } }),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Notifications"
      under="Who is told of what happens, by webhook or e-mail"
      actions={<Button onClick={() => setAdding(true)}>Add a subscription</Button>}
    >
      <OfflineNote />
      <Read query={subscriptions} skeleton={<SkeletonRows rows={3} columns={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody is told of anything yet">
              <Button onClick={() => setAdding(true)}>Add a subscription</Button>
            </Empty>
          ) : (
            <Table headings={['Subscription', 'State', 'To', 'Of', 'Waiting', 'Delivered']}>
              {items.map((each) => {
                const { health, word } = conditionOf(each);
                return (
                  <tr key={each.id}>
                    <td>
                      <Link to="/settings/notifications/$subscription" params={{ subscription: each.name }}>
                        {each.name}
                      </Link>
                    </td>
                    <td>
                      <StateMark health={health} word={word} showWord />
                      {each.pausedReason === null ? null : (
                        <div className="soft" style={{ minWidth: 140 }}>
                          {each.pausedReason}
                        </div>
                      )}
                    </td>
                    <td className="mono break" style={{ minWidth: 200 }}>
                      {placeOf(each)}
                    </td>
                    <td>{wishOf(each)}</td>
                    <td className="mono">{each.deliveries.pending}</td>
                    <td className="mono">{each.deliveries.delivered}</td>
                  </tr>
                );
              })}
            </Table>
          )
        }
      </Read>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a subscription" size="lg">
        {adding ? <AddSubscription onClose={() => setAdding(false)} /> : null}
      </Modal>
    </Page>
  );
}
