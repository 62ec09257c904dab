import type { FeedEvent } from '#platform/events';
import type { BackgroundContext } from '#platform/feature';
import { describeEvent } from './describe-event.ts';
import { writeNotification } from './write-notification.ts';

/** Events of one pass; the next one begins at once when there are more. */
const mostEvents = 200;
const teller = { kind: 'system', name: 'notifications' } as const;

/**
 * Reads on in the outbox where the last pass ended, whichever node made it. How far it was read commits together with
 * the deliveries that came of it: a crash between two passes neither loses an event nor tells it twice.
 *
 * @returns whether there may be more to read
 */
export async function followEvents(context: BackgroundContext): Promise<boolean> {
  return context.inTransaction({ actor: teller, action: null }, async (command) => {
    const { db } = command;
    const cursor = await db
      .selectFrom('notificationCursor')
      .select('position')
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (cursor === undefined) return false;
    const rows = await db
      .selectFrom('outbox')
      .select(['position', 'kind', 'subject', 'at'])
      .where('position', '>', cursor.position)
      .orderBy('position')
      .limit(mostEvents)
      .execute();
    let position = cursor.position;
    for (const row of rows) {
      if (row.position === null) continue;
      position = row.position;
      // Kinds are written by our own commands alone, from the enumeration of LiveEvent.
      const happening = await describeEvent(command, { ...row, position, kind: row.kind as FeedEvent['kind'] });
      if (happening !== undefined) await writeNotification(command, happening);
    }
    if (position !== cursor.position) await db.updateTable('notificationCursor').set({ position }).execute();
    return rows.length === mostEvents;
  });
}
