import { sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import { attemptDelivery, type ClaimedAttempt, type DeliveryTools } from './attempt-delivery.ts';
import type { Bell } from './bell.ts';

/** Attempts of one node at a time; each waits for somebody else most of its time. */
const mostAtOnce = 16;
/** Attempts at one receiver at a time, from all nodes: one that is slow takes no places from the others. */
const mostPerSubscription = 4;
/** Longer than any attempt takes; whose node died is claimed again after it. */
const claimSeconds = 60;
const pollMs = 2000;
const teller = { kind: 'system', name: 'notifications' } as const;

/** Attempts whatever is due, on every node, until the server stops; then it waits for what is under way. */
export async function deliverDue(
  context: BackgroundContext,
  input: { readonly tools: DeliveryTools; readonly bell: Bell; readonly onError: (error: unknown) => void },
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  try {
    while (!context.signal.aborted) {
      const claimed = await claimDue(context, mostAtOnce - underWay.size);
      for (const attempt of claimed) {
        const work = attemptDelivery(context, { attempt, tools: input.tools })
          .catch(input.onError)
          .finally(() => {
            underWay.delete(work);
            input.bell.ring();
          });
        underWay.add(work);
      }
      if (claimed.length === 0) await input.bell.wait(pollMs, context.signal);
    }
  } finally {
    await Promise.all(underWay);
  }
}

/** Takes deliveries that are due, the oldest first; an attempt of a node that died is noted as lost. */
async function claimDue(context: BackgroundContext, places: number): Promise<readonly ClaimedAttempt[]> {
  if (places === 0) return [];
  const waiting = await context.db
    .selectFrom('notificationDeliveries')
    .select('id')
    .where('state', '=', 'pending')
    .where(sql<boolean>`due_at <= now()`)
    .limit(1)
    .executeTakeFirst();
  // The usual case costs one look into an index and no transaction.
  if (waiting === undefined) return [];
  return context.inTransaction({ actor: teller, action: null }, async ({ db, now }) => {
    const { rows } = await sql<ClaimedAttempt>`
      with due as (
        select d.id from notification_deliveries d
        where d.id in (
          select chosen.id from notification_subscriptions s
          cross join lateral (
            select id, due_at from notification_deliveries
            where subscription_id = s.id and state = 'pending' and due_at <= now()
              and (claimed_until is null or claimed_until < now())
            order by due_at, id
            limit greatest(0, ${mostPerSubscription} - (
              select count(*) from notification_deliveries
              where subscription_id = s.id and state = 'pending' and claimed_until >= now()))
          ) chosen
          where s.state = 'active'
          order by chosen.due_at
          limit ${places})
          and d.state = 'pending' and (d.claimed_until is null or d.claimed_until < now())
        for update skip locked)
      update notification_deliveries d
      set claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = attempts + 1, tries = tries + 1
      from due where d.id = due.id
      returning d.id as delivery, d.subscription_id as subscription, d.attempts as number`.execute(db);
    if (rows.length === 0) return [];
    await db
      .updateTable('notificationAttempts')
      .set({ outcome: 'lost', detail: 'the server that made it ended meanwhile' })
      .where(
        'deliveryId',
        'in',
        rows.map((each) => each.delivery),
      )
      .where('outcome', '=', 'under-way')
      .execute();
    await db
      .insertInto('notificationAttempts')
      .values(
        rows.map((each) => ({
          deliveryId: each.delivery,
          number: each.number,
          at: now,
          outcome: 'under-way' as const,
        })),
      )
      .execute();
    return rows;
  });
}
