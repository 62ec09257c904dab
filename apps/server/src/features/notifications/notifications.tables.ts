import type { DeliveryId, NotificationFilter, NotificationId, SubscriptionId } from '@almanac/domain';
import type { NotificationAddress } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';
import type { NotificationContent } from './notification-content.ts';

export interface NotificationsTables {
  readonly notificationSubscriptions: {
    id: SubscriptionId;
    name: string;
    address: JSONColumnType<NotificationAddress>;
    filter: JSONColumnType<NotificationFilter>;
    state: Generated<'active' | 'paused'>;
    pausedReason: string | null;
    failures: Generated<number>;
    failingSince: Date | null;
    createdBy: string;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly notificationSecrets: {
    id: string;
    subscriptionId: SubscriptionId;
    envelope: string;
    createdAt: Time;
    expiresAt: Date | null;
  };
  readonly notifications: {
    id: NotificationId;
    key: string;
    kind: string;
    sequence: number;
    at: Time;
    content: JSONColumnType<NotificationContent>;
    createdAt: Time;
  };
  readonly notificationDeliveries: {
    id: DeliveryId;
    notificationId: NotificationId;
    subscriptionId: SubscriptionId;
    state: 'pending' | 'delivered' | 'given-up';
    attempts: Generated<number>;
    tries: Generated<number>;
    dueAt: Time;
    claimedUntil: Date | null;
    createdAt: Time;
    endedAt: Date | null;
  };
  readonly notificationAttempts: {
    deliveryId: DeliveryId;
    number: number;
    at: Time;
    durationMs: number | null;
    outcome: 'under-way' | 'delivered' | 'failed' | 'lost';
    status: number | null;
    detail: string | null;
    response: string | null;
  };
  readonly notificationCursor: { id: Generated<boolean>; position: number };
  readonly notificationLevels: { subject: string; told: string; seen: string; seenSince: Time };
}
