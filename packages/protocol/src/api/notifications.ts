import { notificationKinds } from '@almanac/domain';
import { z } from 'zod';
import { id, name, named, page, paging, reference, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

const kindNames: readonly string[] = notificationKinds;
const kindNouns = [...new Set(kindNames.map((kind) => `${kind.split('-')[0]}-*`))];

/** A kind of notification, or all kinds of a noun as `plan-*`. */
const eventPattern = z
  .string()
  .max(60)
  .refine((text) => kindNames.includes(text) || kindNouns.includes(text), {
    error: `one of ${[...kindNouns, ...kindNames].join(', ')}`,
  });

const webhookUrl = z
  .url({ protocol: /^https?$/, error: 'an address that begins with https://' })
  .max(2000)
  .refine((text) => !URL.canParse(text) || `${new URL(text).username}${new URL(text).password}` === '', {
    error: 'without a name or password in it: receivers know Almanac by its signature',
  });

/** Where notifications go. */
export const notificationAddress = z.discriminatedUnion('kind', [
  /** CloudEvents 1.0 as structured JSON, signed by the Standard Webhooks scheme. */
  z.strictObject({ kind: z.literal('webhook'), url: webhookUrl }),
  z.strictObject({ kind: z.literal('email'), to: z.array(z.email().max(254)).min(1).max(20) }),
]);
export type NotificationAddress = z.output<typeof notificationAddress>;

/** Which notifications are wanted; an empty list means all. */
const filterRequest = z.strictObject({
  events: z.array(eventPattern).max(60).default([]),
  environments: z.array(reference).max(100).default([]),
  applications: z.array(reference).max(200).default([]),
});

export const notificationSubscription = z
  .object({
    id: id<'subscription'>(),
    name,
    address: notificationAddress,
    filter: z.object({
      events: z.array(z.string()),
      environments: z.array(named<'environment'>()),
      applications: z.array(named<'application'>()),
    }),
    state: z.enum(['active', 'paused']),
    /** Why it is paused: what somebody said, or how its receiver failed. */
    pausedReason: z.string().nullable(),
    /** Attempts that failed since the last one that succeeded. */
    failures: z.int(),
    failingSince: timestamp.nullable(),
    deliveries: z.object({ pending: z.int(), delivered: z.int(), givenUp: z.int() }),
    /** Secrets that sign now: one, or two while a receiver changes over. Their values are never shown again. */
    secrets: z.array(z.object({ createdAt: timestamp, expiresAt: timestamp.nullable() })),
    createdBy: z.string(),
    createdAt: timestamp,
    revision,
  })
  .meta({ id: 'NotificationSubscription' });
export type NotificationSubscription = z.output<typeof notificationSubscription>;

export const deliveryAttempt = z.object({
  number: z.int(),
  at: timestamp,
  durationMs: z.int().nullable(),
  /** `lost`: the server that made it ended meanwhile. */
  outcome: z.enum(['under-way', 'delivered', 'failed', 'lost']),
  /** HTTP status, or the reply code of the mail server. */
  status: z.int().nullable(),
  detail: z.string().nullable(),
  /** The beginning of what was answered. */
  response: z.string().nullable(),
});

export const notificationDelivery = z
  .object({
    id: id<'delivery'>(),
    /** The same for all attempts and all subscriptions: receivers know a repeated notification by it. */
    notification: z.object({
      id: id<'notification'>(),
      kind: z.string(),
      title: z.string(),
      at: timestamp,
    }),
    state: z.enum(['pending', 'delivered', 'given-up']),
    attempts: z.array(deliveryAttempt),
    /** When the next attempt is due; null at the end, and while the subscription is paused. */
    dueAt: timestamp.nullable(),
    createdAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'NotificationDelivery' });
export type NotificationDelivery = z.output<typeof notificationDelivery>;

const oneSubscription = z.object({ subscription: reference });
/** The secret of a webhook, shown once. */
const shownSecret = z.string().nullable();
const permission = 'right:manage-installation';

export const notificationRoutes = {
  listNotificationSubscriptions: route({
    method: 'GET',
    path: '/notifications/subscriptions',
    summary: 'Lists who is told of what, by name',
    permission,
    audit: null,
    query: paging,
    response: page(notificationSubscription),
  }),
  createNotificationSubscription: route({
    method: 'POST',
    path: '/notifications/subscriptions',
    summary: 'Subscribes a webhook or e-mail addresses; the secret of a webhook is shown once',
    permission,
    audit: 'notification-subscription-created',
    body: z.strictObject({ name, address: notificationAddress, filter: filterRequest.prefault({}) }),
    response: notificationSubscription.extend({ secret: shownSecret }),
    status: 201,
  }),
  getNotificationSubscription: route({
    method: 'GET',
    path: '/notifications/subscriptions/:subscription',
    summary: 'Shows one subscription',
    permission,
    audit: null,
    params: oneSubscription,
    response: notificationSubscription,
  }),
  updateNotificationSubscription: route({
    method: 'PATCH',
    path: '/notifications/subscriptions/:subscription',
    summary: 'Changes what a subscription wants or where it goes; its kind stays',
    permission,
    audit: 'notification-subscription-changed',
    params: oneSubscription,
    body: z.strictObject({
      name: name.optional(),
      address: notificationAddress.optional(),
      filter: filterRequest.optional(),
    }),
    response: notificationSubscription,
    ifMatch: true,
  }),
  deleteNotificationSubscription: route({
    method: 'DELETE',
    path: '/notifications/subscriptions/:subscription',
    summary: 'Ends a subscription; its deliveries are forgotten',
    permission,
    audit: 'notification-subscription-deleted',
    params: oneSubscription,
    ifMatch: true,
  }),
  pauseNotificationSubscription: route({
    method: 'POST',
    path: '/notifications/subscriptions/:subscription/pause',
    summary: 'Holds deliveries until the subscription is resumed',
    permission,
    audit: 'notification-subscription-paused',
    params: oneSubscription,
    body: z.strictObject({ reason: z.string().trim().max(300).default('') }).prefault({}),
    response: notificationSubscription,
  }),
  resumeNotificationSubscription: route({
    method: 'POST',
    path: '/notifications/subscriptions/:subscription/resume',
    summary: 'Delivers again; what was held meanwhile is sent, or dropped on request',
    permission,
    audit: 'notification-subscription-resumed',
    params: oneSubscription,
    body: z.strictObject({ held: z.enum(['send', 'drop']).default('send') }).prefault({}),
    response: notificationSubscription,
  }),
  rotateNotificationSecret: route({
    method: 'POST',
    path: '/notifications/subscriptions/:subscription/secret',
    summary:
      'Makes a new secret, shown once; the one before stays valid for some hours, so that no receiver misses any',
    permission,
    audit: 'notification-secret-rotated',
    params: oneSubscription,
    body: z.strictObject({ overlapHours: z.int().min(0).max(720).default(24) }).prefault({}),
    response: notificationSubscription.extend({ secret: shownSecret }),
  }),
  testNotificationSubscription: route({
    method: 'POST',
    path: '/notifications/subscriptions/:subscription/test',
    summary: 'Sends one notification now, also when paused, and answers how the attempt went',
    permission,
    audit: 'notification-subscription-tested',
    params: oneSubscription,
    response: notificationDelivery,
  }),
  listNotificationDeliveries: route({
    method: 'GET',
    path: '/notifications/subscriptions/:subscription/deliveries',
    summary: 'Lists deliveries with every attempt, newest first',
    permission,
    audit: null,
    params: oneSubscription,
    query: paging.extend({ state: z.enum(['pending', 'delivered', 'given-up']).optional() }),
    response: page(notificationDelivery),
  }),
  retryNotificationDelivery: route({
    method: 'POST',
    path: '/notifications/deliveries/:delivery/retry',
    summary: 'Attempts a delivery again as soon as possible, also one that was delivered or given up',
    permission,
    audit: 'notification-delivery-retried',
    params: z.object({ delivery: id<'delivery'>() }),
    response: notificationDelivery,
  }),
} as const;
