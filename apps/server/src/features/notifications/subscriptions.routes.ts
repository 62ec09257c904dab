import { actorName, type NotificationFilter, refuse } from '@almanac/domain';
import type { NotificationAddress } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { type DeliveryTools, sealedSecret } from './attempt-delivery.ts';
import type { Bell } from './bell.ts';
import { findSubscription, presentSubscription, presentSubscriptions, subscriptionRows } from './subscription.wire.ts';
import { newWebhookSecret } from './webhook-signature.ts';

export function subscriptionEndpoints(input: {
  readonly tools: DeliveryTools;
  readonly due: Bell;
}): readonly Endpoint[] {
  const { tools, due } = input;
  return [
    read('listNotificationSubscriptions', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const rows = await subscriptionRows(db)
        .$if(cursor !== undefined, (each) => each.where('name', '>', String(cursor?.[0])))
        .orderBy('name')
        .limit(query.limit + 1)
        .execute();
      const shown = new Map((await presentSubscriptions(db, rows)).map((each) => [each.id, each]));
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.name],
        present: (row) => shown.get(row.id) ?? refuse('not-found', 'the subscription is gone'),
      });
    }),

    read('getNotificationSubscription', async ({ db }, { params }) =>
      presentSubscription(db, (await findSubscription(db, params.subscription)).id),
    ),

    command('createNotificationSubscription', async (context, { body }) => {
      const { db } = context;
      refuseAddress(tools, body.address);
      await refuseTakenName(db, body.name);
      const id = context.newId<'subscription'>();
      await db
        .insertInto('notificationSubscriptions')
        .values({
          id,
          name: body.name,
          address: JSON.stringify(body.address),
          filter: JSON.stringify(await filterOf(db, body.filter)),
          createdBy: actorName(context.actor),
          createdAt: context.now,
        })
        .execute();
      const secret = body.address.kind === 'webhook' ? newWebhookSecret() : null;
      if (secret !== null) await keepSecret(context, { subscription: id, secret, tools });
      await changed(context, { id, name: body.name, detail: { to: placeOf(body.address) } });
      return { ...(await presentSubscription(db, id)), secret };
    }),

    command('updateNotificationSubscription', async (context, { params, body, expectedRevision }) => {
      const { db } = context;
      const found = await findSubscription(db, params.subscription);
      if (found.revision !== expectedRevision)
        return refuse('revision-mismatch', `${found.name} is at revision ${found.revision} now; look at it again`);
      if (body.address !== undefined) {
        if (body.address.kind !== found.address.kind)
          return refuse('invalid-request', `${found.name} is a subscription by ${found.address.kind}; add another one`);
        refuseAddress(tools, body.address);
      }
      if (body.name !== undefined && body.name !== found.name) await refuseTakenName(db, body.name);
      await db
        .updateTable('notificationSubscriptions')
        .set({
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.address === undefined ? {} : { address: JSON.stringify(body.address) }),
          ...(body.filter === undefined ? {} : { filter: JSON.stringify(await filterOf(db, body.filter)) }),
          revision: found.revision + 1,
        })
        .where('id', '=', found.id)
        .where('revision', '=', found.revision)
        .execute();
      await changed(context, { id: found.id, name: found.name });
      return presentSubscription(db, found.id);
    }),

    command('deleteNotificationSubscription', async (context, { params, expectedRevision }) => {
      const found = await findSubscription(context.db, params.subscription);
      if (found.revision !== expectedRevision)
        return refuse('revision-mismatch', `${found.name} is at revision ${found.revision} now; look at it again`);
      await context.db.deleteFrom('notificationSubscriptions').where('id', '=', found.id).execute();
      await changed(context, { id: found.id, name: found.name });
      return undefined;
    }),

    command('pauseNotificationSubscription', async (context, { params, body }) => {
      const found = await findSubscription(context.db, params.subscription);
      if (found.state === 'paused')
        return refuse('wrong-state', `${found.name} is paused already: ${found.pausedReason}`);
      const by = `paused by ${actorName(context.actor)}`;
      await context.db
        .updateTable('notificationSubscriptions')
        .set({
          state: 'paused',
          pausedReason: body.reason === '' ? by : `${by}: ${body.reason}`,
          revision: found.revision + 1,
        })
        .where('id', '=', found.id)
        .execute();
      await changed(context, { id: found.id, name: found.name, detail: { reason: body.reason } });
      return presentSubscription(context.db, found.id);
    }),

    command('resumeNotificationSubscription', async (context, { params, body }) => {
      const { db } = context;
      const found = await findSubscription(db, params.subscription);
      if (found.state === 'active') return refuse('wrong-state', `${found.name} is not paused`);
      await db
        .updateTable('notificationSubscriptions')
        .set({ state: 'active', pausedReason: null, failures: 0, failingSince: null, revision: found.revision + 1 })
        .where('id', '=', found.id)
        .execute();
      const held = db
        .updateTable('notificationDeliveries')
        .where('subscriptionId', '=', found.id)
        .where('state', '=', 'pending');
      // What is sent now starts anew: the pauses of a receiver that was away say nothing about it any more.
      if (body.held === 'send') await held.set({ tries: 0, dueAt: context.now }).execute();
      else await held.set({ state: 'given-up', endedAt: context.now }).execute();
      await changed(context, { id: found.id, name: found.name, detail: { held: body.held } });
      due.ring();
      return presentSubscription(db, found.id);
    }),

    command('rotateNotificationSecret', async (context, { params, body }) => {
      const { db } = context;
      const found = await findSubscription(db, params.subscription);
      if (found.address.kind !== 'webhook')
        return refuse('wrong-state', `${found.name} goes by e-mail, which is not signed`);
      const end = new Date(context.now.getTime() + body.overlapHours * 3_600_000);
      // Two at most: whoever rotates twice has lost the one before, or wants to be rid of it.
      await db
        .deleteFrom('notificationSecrets')
        .where('subscriptionId', '=', found.id)
        .where('expiresAt', 'is not', null)
        .execute();
      await db
        .updateTable('notificationSecrets')
        .set({ expiresAt: end })
        .where('subscriptionId', '=', found.id)
        .execute();
      const secret = newWebhookSecret();
      await keepSecret(context, { subscription: found.id, secret, tools });
      await changed(context, { id: found.id, name: found.name, detail: { overlapHours: body.overlapHours } });
      return { ...(await presentSubscription(db, found.id)), secret };
    }),
  ];
}

function refuseAddress(tools: DeliveryTools, address: NotificationAddress): void {
  if (address.kind === 'email') {
    if (tools.mail === undefined)
      refuse(
        'wrong-state',
        'this server has no mail server; whoever runs it sets ALMANAC_SMTP_URL and starts it again',
      );
    return;
  }
  const refusal = tools.outbound.refusalOfUrl(new URL(address.url));
  if (refusal !== undefined) refuse('invalid-request', refusal, [{ pointer: '/address/url', detail: refusal }]);
}

async function refuseTakenName(db: Kysely<Tables>, name: string): Promise<void> {
  const taken = await subscriptionRows(db).where('name', '=', name).executeTakeFirst();
  if (taken !== undefined) refuse('name-taken', `there is a subscription ${name} already`);
}

async function filterOf(
  db: Kysely<Tables>,
  request: {
    readonly events: readonly string[];
    readonly environments: readonly string[];
    readonly applications: readonly string[];
  },
): Promise<NotificationFilter> {
  const environments = [];
  for (const each of request.environments) environments.push((await findEnvironment(db, each)).id);
  const applications = [];
  for (const each of request.applications) applications.push((await findApplication(db, each)).id);
  return { events: [...new Set(request.events)], environments, applications };
}

async function keepSecret(
  context: CommandContext,
  input: {
    readonly subscription: Awaited<ReturnType<typeof findSubscription>>['id'];
    readonly secret: string;
    readonly tools: DeliveryTools;
  },
): Promise<void> {
  const id = context.newId();
  await context.db
    .insertInto('notificationSecrets')
    .values({
      id,
      subscriptionId: input.subscription,
      envelope: sealedSecret(input.tools.box, { id, secret: input.secret }),
      createdAt: context.now,
      expiresAt: null,
    })
    .execute();
}

/** Addresses of chat systems are secrets in themselves: the record keeps where they lead and not the whole. */
function placeOf(address: NotificationAddress): string {
  return address.kind === 'webhook' ? new URL(address.url).host : address.to.join(', ');
}

async function changed(
  context: CommandContext,
  input: {
    readonly id: string;
    readonly name: string;
    readonly detail?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await context.record({ kind: 'notification-changed', subject: { subscription: input.id } });
  context.audit({
    subject: `notification-subscription:${input.name}`,
    ...(input.detail === undefined ? {} : { detail: input.detail }),
  });
}
