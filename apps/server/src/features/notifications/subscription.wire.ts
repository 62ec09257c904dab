import { refuse, type SubscriptionId } from '@almanac/domain';
import type { NotificationSubscription } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

export function subscriptionRows(db: Kysely<Tables>) {
  return db.selectFrom('notificationSubscriptions').selectAll();
}

type SubscriptionRow = Awaited<ReturnType<ReturnType<typeof subscriptionRows>['execute']>>[number];

/** The subscription with a name or key. */
export async function findSubscription(db: Kysely<Tables>, reference: string): Promise<SubscriptionRow> {
  const column = z.uuid().safeParse(reference).success ? 'id' : 'name';
  const found = await subscriptionRows(db)
    .where((where) => where(column, '=', reference as never))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no subscription ${reference}; see almanac notification list`);
}

/** Subscriptions as the API shows them: with names for keys, how deliveries stand, and no secret. */
export async function presentSubscriptions(
  db: Kysely<Tables>,
  rows: readonly SubscriptionRow[],
): Promise<NotificationSubscription[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const [environments, applications, counts, secrets] = await Promise.all([
    db.selectFrom('environments').select(['id', 'name']).execute(),
    namesOf(db, [...new Set(rows.flatMap((row) => row.filter.applications))]),
    countDeliveries(db, ids),
    db
      .selectFrom('notificationSecrets')
      .select(['subscriptionId', 'createdAt', 'expiresAt'])
      .where('subscriptionId', 'in', ids)
      .where(sql<boolean>`(expires_at is null or expires_at > now())`)
      .orderBy('createdAt', 'desc')
      .execute(),
  ]);
  const countOf = (id: SubscriptionId, state: string) =>
    counts.find((each) => each.subscriptionId === id && each.state === state)?.count ?? 0;
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    address: row.address,
    filter: {
      events: [...row.filter.events],
      // What is gone meanwhile is no longer named; it makes no events either.
      environments: environments.filter((each) => row.filter.environments.includes(each.id)),
      applications: applications.filter((each) => row.filter.applications.includes(each.id)),
    },
    state: row.state,
    pausedReason: row.pausedReason,
    failures: row.failures,
    failingSince: row.failingSince?.toISOString() ?? null,
    deliveries: {
      pending: countOf(row.id, 'pending'),
      delivered: countOf(row.id, 'delivered'),
      givenUp: countOf(row.id, 'given-up'),
    },
    secrets: secrets
      .filter((each) => each.subscriptionId === row.id)
      .map((each) => ({
        createdAt: each.createdAt.toISOString(),
        expiresAt: each.expiresAt?.toISOString() ?? null,
      })),
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    revision: row.revision,
  }));
}

async function namesOf(db: Kysely<Tables>, ids: readonly SubscriptionRow['filter']['applications'][number][]) {
  return ids.length === 0 ? [] : db.selectFrom('applications').select(['id', 'name']).where('id', 'in', ids).execute();
}

async function countDeliveries(db: Kysely<Tables>, ids: readonly SubscriptionId[]) {
  return db
    .selectFrom('notificationDeliveries')
    .select(['subscriptionId', 'state', sql<number>`count(*)::int`.as('count')])
    .where('subscriptionId', 'in', ids)
    .groupBy(['subscriptionId', 'state'])
    .execute();
}

export async function presentSubscription(db: Kysely<Tables>, id: SubscriptionId): Promise<NotificationSubscription> {
  const [subscription] = await presentSubscriptions(db, [await findSubscription(db, id)]);
  return subscription ?? refuse('not-found', 'the subscription is gone');
}
