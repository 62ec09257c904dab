import { type DeliveryId, refuse } from '@almanac/domain';
import type { NotificationDelivery } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

export function deliveryRows(db: Kysely<Tables>) {
  return db
    .selectFrom('notificationDeliveries')
    .innerJoin('notifications', 'notifications.id', 'notificationDeliveries.notificationId')
    .innerJoin('notificationSubscriptions', 'notificationSubscriptions.id', 'notificationDeliveries.subscriptionId')
    .selectAll('notificationDeliveries')
    .select([
      'notifications.kind',
      'notifications.at',
      'notifications.content',
      'notificationSubscriptions.state as subscriptionState',
    ]);
}

type DeliveryRow = Awaited<ReturnType<ReturnType<typeof deliveryRows>['execute']>>[number];

/** Deliveries as the API shows them, each with all its attempts. */
export async function presentDeliveries(
  db: Kysely<Tables>,
  rows: readonly DeliveryRow[],
): Promise<ReadonlyMap<DeliveryId, NotificationDelivery>> {
  if (rows.length === 0) return new Map();
  const attempts = await db
    .selectFrom('notificationAttempts')
    .selectAll()
    .where(
      'deliveryId',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('number')
    .execute();
  const attemptsOf = Map.groupBy(attempts, (each) => each.deliveryId);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        notification: {
          id: row.notificationId,
          kind: row.kind,
          title: row.content.title,
          at: row.at.toISOString(),
        },
        state: row.state,
        attempts: (attemptsOf.get(row.id) ?? []).map(({ deliveryId: _, at, ...rest }) => ({
          ...rest,
          at: at.toISOString(),
        })),
        dueAt: row.state === 'pending' && row.subscriptionState === 'active' ? row.dueAt.toISOString() : null,
        createdAt: row.createdAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
      },
    ]),
  );
}

export async function presentDelivery(db: Kysely<Tables>, id: DeliveryId): Promise<NotificationDelivery> {
  const rows = await deliveryRows(db).where('notificationDeliveries.id', '=', id).execute();
  const delivery = (await presentDeliveries(db, rows)).get(id);
  return delivery ?? refuse('not-found', 'there is no such delivery');
}
