import { type ApplicationId, type EnvironmentId, isWanted } from '@almanac/domain';
import type { CommandContext } from '#platform/http';
import type { NotificationContent } from './notification-content.ts';

/** Something that happened, before it is known who wants to be told. */
export interface Happening {
  /** The same thing is told once, however often it is seen. */
  readonly key: string;
  readonly kind: string;
  readonly at: Date;
  /** Position of its event, by which receivers order what they got. */
  readonly sequence: number;
  readonly environment: EnvironmentId | null;
  readonly applications: readonly ApplicationId[];
  readonly content: NotificationContent;
}

/**
 * Writes one delivery for each subscription that wants it; paused ones keep theirs until they are resumed. What happened
 * before a subscription was made, and is only read now, is not told to it.
 */
export async function writeNotification(context: CommandContext, happening: Happening): Promise<void> {
  const { db } = context;
  const { environment, applications, content, ...rest } = happening;
  const subscriptions = await db
    .selectFrom('notificationSubscriptions')
    .select(['id', 'filter'])
    .where('createdAt', '<=', rest.at)
    .execute();
  const wanted = subscriptions.filter(({ filter }) => isWanted(filter, { kind: rest.kind, environment, applications }));
  if (wanted.length === 0) return;
  const notification = await db
    .insertInto('notifications')
    .values({ id: context.newId(), ...rest, content: JSON.stringify(content), createdAt: context.now })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (notification === undefined) return;
  await db
    .insertInto('notificationDeliveries')
    .values(
      wanted.map(({ id }) => ({
        id: context.newId<'delivery'>(),
        notificationId: notification.id,
        subscriptionId: id,
        state: 'pending' as const,
        dueAt: context.now,
        createdAt: context.now,
      })),
    )
    .execute();
}
