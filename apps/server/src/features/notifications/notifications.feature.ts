import { sql } from 'kysely';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import type { DeliveryTools } from './attempt-delivery.ts';
import { createBell } from './bell.ts';
import { deliverDue } from './deliver.ts';
import { deliveryEndpoints } from './deliveries.routes.ts';
import { followEvents } from './follow-events.ts';
import { subscriptionEndpoints } from './subscriptions.routes.ts';
import { watchLevels } from './watch-levels.ts';

const keep = '30 days';
/** A loop that ended by a fault begins again so soon. */
const againMs = 1000;
const followPollMs = 2000;

/** Tells others of what happens: by signed webhook and by e-mail. */
export function notificationsFeature(input: {
  readonly feed: EventFeed;
  readonly tools: DeliveryTools;
  readonly onError: (error: unknown) => void;
}): Feature {
  const [news, due] = [createBell(), createBell()];
  return {
    name: 'notifications',
    endpoints: [
      ...subscriptionEndpoints({ tools: input.tools, due }),
      ...deliveryEndpoints({ tools: input.tools, due }),
    ],
    mount: async (server) => {
      const stop = input.feed.subscribe(news.ring);
      server.addHook('preClose', async () => {
        stop();
      });
    },
    periodics: [
      {
        name: 'follow-events',
        everyMs: againMs,
        run: async (context) => {
          while (!context.signal.aborted) {
            const more = await followEvents(context);
            due.ring();
            if (!more) await news.wait(followPollMs, context.signal);
          }
        },
      },
      {
        name: 'deliver-notifications',
        everyMs: againMs,
        run: (context) => deliverDue(context, { tools: input.tools, bell: due, onError: input.onError }),
      },
      { name: 'watch-levels', everyMs: 5000, run: watchLevels },
      {
        name: 'forget-old-notifications',
        everyMs: 3_600_000,
        run: async ({ db }) => {
          await sql`delete from notifications where created_at < now() - ${keep}::interval`.execute(db);
          await sql`delete from notification_secrets where expires_at < now()`.execute(db);
        },
      },
    ],
    // What was under way in the backup was delivered long ago, or is news no longer.
    afterRestore: async ({ db, now }) => {
      await db
        .updateTable('notificationDeliveries')
        .set({ state: 'given-up', claimedUntil: null, endedAt: now })
        .where('state', '=', 'pending')
        .execute();
    },
  };
}
