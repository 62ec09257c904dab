import type { DeliveryId, NotificationId } from '@almanac/domain';
import { sql } from 'kysely';
import { type CommandContext, command, decodeCursor, direct, type Endpoint, pageOf, read } from '#platform/http';
import { type ClaimedAttempt, type DeliveryTools, endAttempt, sendOnce } from './attempt-delivery.ts';
import type { Bell } from './bell.ts';
import { deliveryRows, presentDeliveries, presentDelivery } from './delivery.wire.ts';
import type { NotificationContent } from './notification-content.ts';
import { findSubscription } from './subscription.wire.ts';

export function deliveryEndpoints(input: { readonly tools: DeliveryTools; readonly due: Bell }): readonly Endpoint[] {
  const { tools, due } = input;
  return [
    read('listNotificationDeliveries', async ({ db }, { params, query }) => {
      const { id } = await findSubscription(db, params.subscription);
      const cursor = decodeCursor(query.cursor);
      const rows = await deliveryRows(db)
        .where('subscriptionId', '=', id)
        .$if(query.state !== undefined, (each) =>
          each.where('notificationDeliveries.state', '=', query.state ?? 'pending'),
        )
        .$if(cursor !== undefined, (each) =>
          each.where(
            sql<boolean>`(notification_deliveries.created_at, notification_deliveries.id) < (${String(cursor?.[0])}::timestamptz, ${String(cursor?.[1])}::uuid)`,
          ),
        )
        .orderBy('notificationDeliveries.createdAt', 'desc')
        .orderBy('notificationDeliveries.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const shown = await presentDeliveries(db, rows);
      const page = pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.createdAt.toISOString(), row.id],
        present: (row) => shown.get(row.id),
      });
      return { items: page.items.flatMap((each) => each ?? []), next: page.next };
    }),

    direct('testNotificationSubscription', async (context, { params }) => {
      const attempt = await context.inTransaction(
        { actor: context.actor, action: 'notification-subscription-tested' },
        (given) => claimTest(given, params.subscription),
      );
      const { result, durationMs } = await context.aside(() => sendOnce(context, { attempt, tools }));
      return context.inTransaction({ actor: context.actor, action: null }, async ({ db, now }) => {
        await endAttempt(db, { attempt, result, durationMs });
        // A test says how it went, and is neither tried again nor held against the receiver.
        await db
          .updateTable('notificationDeliveries')
          .set({ state: result.delivered ? 'delivered' : 'given-up', claimedUntil: null, endedAt: now })
          .where('id', '=', attempt.delivery)
          .execute();
        return presentDelivery(db, attempt.delivery);
      });
    }),

    command('retryNotificationDelivery', async (context, { params }) => {
      const { db } = context;
      const before = await presentDelivery(db, params.delivery);
      await db
        .updateTable('notificationDeliveries')
        .set({ state: 'pending', tries: 0, dueAt: context.now, endedAt: null })
        .where('id', '=', params.delivery)
        .execute();
      context.audit({ subject: `notification-delivery:${params.delivery}`, detail: { was: before.state } });
      due.ring();
      return presentDelivery(db, params.delivery);
    }),
  ];
}

const testContent: NotificationContent = {
  title: 'This is a test',
  severity: 'info',
  path: '/settings',
  subject: 'test',
  facts: [{ label: 'Why', value: 'Somebody wanted to see whether notifications arrive here' }],
  details: {},
};

/** Writes a test that this request attempts itself, so that whoever asked sees the answer. */
async function claimTest(context: CommandContext, reference: string): Promise<ClaimedAttempt> {
  const { db, now } = context;
  const subscription = await findSubscription(db, reference);
  const { position } = await db.selectFrom('outboxHead').select('position').executeTakeFirstOrThrow();
  const notification: NotificationId = context.newId();
  await db
    .insertInto('notifications')
    .values({
      id: notification,
      key: `test:${notification}`,
      kind: 'test',
      sequence: position,
      at: now,
      content: JSON.stringify(testContent),
      createdAt: now,
    })
    .execute();
  const delivery: DeliveryId = context.newId();
  await db
    .insertInto('notificationDeliveries')
    .values({
      id: delivery,
      notificationId: notification,
      subscriptionId: subscription.id,
      // Nobody else takes it up, also when this server ends meanwhile.
      state: 'given-up',
      attempts: 1,
      tries: 1,
      dueAt: now,
      createdAt: now,
    })
    .execute();
  await db
    .insertInto('notificationAttempts')
    .values({ deliveryId: delivery, number: 1, at: now, outcome: 'under-way' })
    .execute();
  context.audit({ subject: `notification-subscription:${subscription.name}` });
  return { delivery, subscription: subscription.id, number: 1 };
}
