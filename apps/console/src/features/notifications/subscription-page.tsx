import type { NotificationDelivery, NotificationSubscription } from '@almanac/protocol';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';
import { attemptWords, conditionOf, deliveryHealth, placeOf, wishOf } from './notification.view-model.ts';

/** One subscription with what it was told. */
export function SubscriptionPage() {
  const { subscription: name } = useParams({ from: '/signed-in/settings/notifications/$subscription' });
  const subscription = useQuery({
    queryKey: ['subscriptions', name],
    queryFn: () => api.getNotificationSubscription({ params: { subscription: name } }),
    refetchInterval: 5000,
  });
  return (
    <Page
      title={name}
      under={
        <>
          A subscription · <Link to="/settings/notifications">all subscriptions</Link>
        </>
      }
    >
      <OfflineNote />
      <div className="stack">
        <Read query={subscription} skeleton={<SkeletonRows rows={5} columns={2} />}>
          {(found) => (
            <>
              <Facts subscription={found} />
              <Actions subscription={found} />
            </>
          )}
        </Read>
        <h2>Deliveries</h2>
        <Deliveries name={name} />
      </div>
    </Page>
  );
}

function Facts(props: { readonly subscription: NotificationSubscription }) {
  const { subscription } = props;
  const { health, word } = conditionOf(subscription);
  return (
    <>
      {subscription.pausedReason === null ? null : (
        <div className="note warning">
          It is told nothing now: {subscription.pausedReason}. What happens meanwhile is held, and sent when you resume
          it.
        </div>
      )}
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <StateMark health={health} word={word} showWord />
        </dd>
        <dt>To</dt>
        <dd className="mono break">{placeOf(subscription)}</dd>
        <dt>Of</dt>
        <dd>{wishOf(subscription)}</dd>
        <dt>Deliveries</dt>
        <dd>
          {subscription.deliveries.delivered} delivered, {subscription.deliveries.pending} waiting,{' '}
          {subscription.deliveries.givenUp} given up
        </dd>
        {subscription.failures === 0 ? null : (
          <>
            <dt>Failing</dt>
            <dd>
              {subscription.failures} attempts in a row, since <RelativeTime at={subscription.failingSince} />
            </dd>
          </>
        )}
        {subscription.secrets.map((each) => (
          <div key={each.createdAt} style={{ display: 'contents' }}>
            <dt>Secret</dt>
            <dd>
              made <RelativeTime at={each.createdAt} />
              {each.expiresAt === null ? null : (
                <>
                  , valid until <RelativeTime at={each.expiresAt} />
                </>
              )}
            </dd>
          </div>
        ))}
        <dt>Added</dt>
        <dd>
          <RelativeTime at={subscription.createdAt} /> by {subscription.createdBy}
        </dd>
      </dl>
    </>
  );
}

function Actions(props: { readonly subscription: NotificationSubscription }) {
  const { name, state, address, revision } = props.subscription;
  const params = { subscription: name };
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: ['subscriptions'] });
    await queryClient.invalidateQueries({ queryKey: ['deliveries'] });
  };
  const test = useMutation({ mutationFn: () => api.testNotificationSubscription({ params }), onSuccess: refresh });
  const turn = useMutation({
    mutationFn: () =>
      state === 'active'
        ? api.pauseNotificationSubscription({ params, body: {} })
        : api.resumeNotificationSubscription({ params, body: {} }),
    onSuccess: refresh,
  });
  const rotate = useMutation({
    mutationFn: () => api.rotateNotificationSecret({ params, body: {} }),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: () => api.deleteNotificationSubscription({ params, revision }),
    onSuccess: async () => {
      await refresh();
      await navigate({ to: '/settings/notifications' });
    },
  });
  const error = test.error ?? turn.error ?? rotate.error;
  const attempt = test.data?.attempts.at(-1);
  return (
    <div className="stack-small">
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <Button loading={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </Button>
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate()}>
          {state === 'active' ? `Pause ${name}` : `Resume ${name}`}
        </Button>
        {address.kind === 'webhook' ? (
          <Button variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
            Make a new secret
          </Button>
        ) : null}
        <Button variant="default" onClick={() => setRemoving(true)}>
          Remove {name}
        </Button>
      </div>
      {error === null ? null : <ErrorNote error={error} />}
      {attempt === undefined ? null : (
        <div className={`note ${attempt.outcome === 'delivered' ? '' : 'failed'}`} role="status">
          The test {attempt.outcome === 'delivered' ? 'arrived' : 'failed'}: {attemptWords(attempt)}
        </div>
      )}
      {rotate.data?.secret == null ? null : (
        <div className="stack-small">
          <p style={{ margin: 0 }}>
            The new secret, shown this once. For a day notifications are signed with the one before as well.
          </p>
          <CommandLine command={rotate.data.secret} />
        </div>
      )}
      <CommandLine command={`almanac notification ${state === 'active' ? 'test' : 'resume'} ${name}`} />
      <Modal opened={removing} onClose={() => setRemoving(false)} title={`Remove ${name}`}>
        <div className="stack">
          <p style={{ margin: 0 }}>It is told nothing any more, and what it was told is forgotten.</p>
          {remove.isError ? <ErrorNote error={remove.error} /> : null}
          <CommandLine command={`almanac notification remove ${name}`} />
          <div>
            <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove {name}
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}

function Deliveries(props: { readonly name: string }) {
  const deliveries = useQuery({
    queryKey: ['deliveries', props.name],
    queryFn: () => api.listNotificationDeliveries({ params: { subscription: props.name }, query: { limit: 50 } }),
    refetchInterval: 5000,
  });
  return (
    <Read query={deliveries} skeleton={<SkeletonRows rows={4} columns={4} />}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="Nothing was told yet" />
        ) : (
          <Table headings={['When', 'What', 'State', 'Attempts']} actions>
            {items.map((each) => (
              <DeliveryRow key={each.id} delivery={each} />
            ))}
          </Table>
        )
      }
    </Read>
  );
}

function DeliveryRow(props: { readonly delivery: NotificationDelivery }) {
  const { delivery } = props;
  const queryClient = useQueryClient();
  const retry = useMutation({
    mutationFn: () => api.retryNotificationDelivery({ params: { delivery: delivery.id } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  return (
    <tr>
      <td>
        <RelativeTime at={delivery.createdAt} />
      </td>
      <td>
        {delivery.notification.title}
        <div className="soft mono">{delivery.notification.kind}</div>
      </td>
      <td>
        <StateMark health={deliveryHealth[delivery.state]} word={delivery.state.replace('-', ' ')} showWord />
        {delivery.dueAt === null || delivery.attempts.length === 0 ? null : (
          <div className="soft">
            next attempt <RelativeTime at={delivery.dueAt} />
          </div>
        )}
      </td>
      <td>
        {delivery.attempts.map((attempt) => (
          <div key={attempt.number}>
            {attempt.number}. {attemptWords(attempt)}
            {attempt.response === null ? null : <div className="soft mono break">{attempt.response.slice(0, 200)}</div>}
          </div>
        ))}
        {retry.isError ? <ErrorNote error={retry.error} /> : null}
      </td>
      <td>
        {delivery.notification.kind === 'test' ? null : (
          <Button variant="subtle" size="compact-sm" loading={retry.isPending} onClick={() => retry.mutate()}>
            Send again
          </Button>
        )}
      </td>
    </tr>
  );
}
