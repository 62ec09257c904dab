import { type DeliveryId, decideDelivery, type SubscriptionId } from '@almanac/domain';
import { failpoint, type Outbound } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import type { InTransaction } from '#platform/http';
import { Secret, type SecretBox, type SecretUse } from '#platform/secrets';
import type { Tables } from '#tables';
import { cloudEventOf, type ToldNotification } from './cloud-event.ts';
import { letterOf } from './email-template.ts';
import { type MailServer, sendEmail } from './send-email.ts';
import { failure, type SendResult, sendWebhook } from './send-webhook.ts';
import { signatureHeaders } from './webhook-signature.ts';

/** What deliveries need of this installation. */
export interface DeliveryTools {
  readonly box: SecretBox;
  readonly outbound: Outbound;
  /** None when the operator configured no mail server. */
  readonly mail: MailServer | undefined;
  readonly publicUrl: string;
  readonly userAgent: string;
}

/** An attempt that this node may make until its claim ends; whoever claims the delivery later has a greater number. */
export interface ClaimedAttempt {
  readonly delivery: DeliveryId;
  readonly subscription: SubscriptionId;
  readonly number: number;
}

const teller = { kind: 'system', name: 'notifications' } as const;

/** Makes an attempt and records how it went. When the server stops meanwhile, the delivery is due again at once. */
export async function attemptDelivery(
  context: BackgroundContext,
  input: { readonly attempt: ClaimedAttempt; readonly tools: DeliveryTools },
): Promise<void> {
  const { attempt } = input;
  try {
    const { result, durationMs } = await sendOnce(context, input);
    await recordResult(context.inTransaction, { attempt, result, durationMs });
  } catch (error) {
    if (!context.signal.aborted) throw error;
    await release(context, attempt);
  }
}

/** Sends what a claimed delivery says, to where its subscription says now. */
export async function sendOnce(
  context: { readonly db: Kysely<Tables>; readonly signal: AbortSignal },
  input: { readonly attempt: ClaimedAttempt; readonly tools: DeliveryTools },
): Promise<{ readonly result: SendResult; readonly durationMs: number }> {
  const row = await readDelivery(context.db, input.attempt.delivery);
  if (row === undefined) return { result: failure('the subscription was removed meanwhile'), durationMs: 0 };
  const startedAt = performance.now();
  failpoint('notification-before-send');
  const result = await send(context, { row, tools: input.tools });
  failpoint('notification-after-send');
  return { result, durationMs: Math.round(performance.now() - startedAt) };
}

async function readDelivery(db: Kysely<Tables>, id: DeliveryId) {
  return db
    .selectFrom('notificationDeliveries')
    .innerJoin('notifications', 'notifications.id', 'notificationDeliveries.notificationId')
    .innerJoin('notificationSubscriptions', 'notificationSubscriptions.id', 'notificationDeliveries.subscriptionId')
    .select([
      'notifications.id',
      'notifications.kind',
      'notifications.sequence',
      'notifications.at',
      'notifications.content',
      'notificationSubscriptions.id as subscription',
      'notificationSubscriptions.name',
      'notificationSubscriptions.address',
    ])
    .where('notificationDeliveries.id', '=', id)
    .executeTakeFirst();
}

async function send(
  context: { readonly db: Kysely<Tables>; readonly signal: AbortSignal },
  input: { readonly row: NonNullable<Awaited<ReturnType<typeof readDelivery>>>; readonly tools: DeliveryTools },
): Promise<SendResult> {
  const { row, tools } = input;
  const { signal } = context;
  const notification: ToldNotification = row;
  if (row.address.kind === 'email') {
    if (tools.mail === undefined) return failure('this server has no mail server: set ALMANAC_SMTP_URL');
    const letter = letterOf({ notification, subscription: row.name, publicUrl: tools.publicUrl });
    return sendEmail({ server: tools.mail, to: row.address.to, letter, id: row.id, signal });
  }
  const body = cloudEventOf(notification, tools.publicUrl);
  const secrets = await validSecrets(context.db, { subscription: row.subscription, box: tools.box });
  return sendWebhook({
    url: row.address.url,
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': tools.userAgent,
      ...signatureHeaders({ id: row.id, at: new Date(), body, secrets }),
    },
    outbound: tools.outbound,
    signal,
  });
}

async function validSecrets(
  db: Kysely<Tables>,
  input: { readonly subscription: SubscriptionId; readonly box: SecretBox },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('notificationSecrets')
    .select(['id', 'envelope'])
    .where('subscriptionId', '=', input.subscription)
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .orderBy('createdAt', 'desc')
    .execute();
  return rows.map(({ id, envelope }) => input.box.open(envelope, secretUse(id)).reveal());
}

/** A secret as it is kept. */
export function sealedSecret(box: SecretBox, given: { readonly id: string; readonly secret: string }): string {
  return box.close(new Secret(given.secret), secretUse(given.id));
}

function secretUse(id: string): SecretUse {
  return { kind: 'notification-secret', id };
}

/** Writes down how an attempt went and what follows; one that was taken over by another node says nothing. */
async function recordResult(
  inTransaction: InTransaction,
  input: { readonly attempt: ClaimedAttempt; readonly result: SendResult; readonly durationMs: number },
): Promise<void> {
  const { attempt, result } = input;
  await inTransaction({ actor: teller, action: null }, async (context) => {
    const { db } = context;
    // The subscription is locked before its delivery and attempts, as by those who remove or resume it.
    const subscription = await db
      .selectFrom('notificationSubscriptions')
      .selectAll()
      .where('id', '=', attempt.subscription)
      .forUpdate()
      .executeTakeFirst();
    const delivery = await db
      .selectFrom('notificationDeliveries')
      .select(['id', 'tries'])
      .where('id', '=', attempt.delivery)
      .where('attempts', '=', attempt.number)
      .where('state', '=', 'pending')
      .forUpdate()
      .executeTakeFirst();
    await endAttempt(db, input);
    if (subscription === undefined || delivery === undefined) return;
    const decision = decideDelivery({
      tries: delivery.tries,
      outcome: result.delivered
        ? { kind: 'delivered' }
        : { kind: 'failed', retryAfterSeconds: result.retryAfterSeconds, gone: result.gone },
      health: {
        failures: subscription.failures,
        failingSince: subscription.failingSince?.getTime() ?? null,
      },
      now: context.now.getTime(),
      random: Math.random(),
    });
    await db
      .updateTable('notificationDeliveries')
      .set({
        state: decision.delivery.state,
        claimedUntil: null,
        ...(decision.delivery.state === 'pending'
          ? { dueAt: new Date(decision.delivery.dueAt) }
          : { endedAt: context.now }),
      })
      .where('id', '=', delivery.id)
      .execute();
    const pauses = decision.pause !== null && subscription.state === 'active';
    const { failures, failingSince } = decision.health;
    await db
      .updateTable('notificationSubscriptions')
      .set({
        failures,
        failingSince: failingSince === null ? null : new Date(failingSince),
        ...(pauses
          ? {
              state: 'paused' as const,
              pausedReason: `${decision.pause}; the last: ${result.detail ?? 'no answer'}`,
              revision: subscription.revision + 1,
            }
          : {}),
      })
      .where('id', '=', subscription.id)
      .execute();
    if (pauses) await context.record({ kind: 'notification-changed', subject: { subscription: subscription.id } });
  });
}

/** Notes how an attempt went, whatever follows from it. */
export async function endAttempt(
  db: Kysely<Tables>,
  input: { readonly attempt: ClaimedAttempt; readonly result: SendResult; readonly durationMs: number },
): Promise<void> {
  const { attempt, result } = input;
  await db
    .updateTable('notificationAttempts')
    .set({
      outcome: result.delivered ? 'delivered' : 'failed',
      durationMs: input.durationMs,
      status: result.status,
      detail: result.detail,
      response: result.response,
    })
    .where('deliveryId', '=', attempt.delivery)
    .where('number', '=', attempt.number)
    .execute();
}

async function release(context: BackgroundContext, attempt: ClaimedAttempt): Promise<void> {
  await context.inTransaction({ actor: teller, action: null }, async ({ db }) => {
    await db
      .updateTable('notificationDeliveries')
      .set({ claimedUntil: null, tries: sql`greatest(tries - 1, 0)` })
      .where('id', '=', attempt.delivery)
      .where('attempts', '=', attempt.number)
      .execute();
    await db
      .updateTable('notificationAttempts')
      .set({ outcome: 'lost', detail: 'the server was stopped meanwhile' })
      .where('deliveryId', '=', attempt.delivery)
      .where('number', '=', attempt.number)
      .execute();
  });
}
