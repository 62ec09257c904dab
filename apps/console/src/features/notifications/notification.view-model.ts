import type { NotificationDelivery, NotificationSubscription } from '@almanac/protocol';

/** Where a subscription goes. */
export function placeOf({ address }: Pick<NotificationSubscription, 'address'>): string {
  return address.kind === 'webhook' ? address.url : address.to.join(', ');
}

/** What it wants, in words. */
export function wishOf({ filter }: Pick<NotificationSubscription, 'filter'>): string {
  return [
    filter.events.length === 0 ? 'everything' : filter.events.join(', '),
    ...(filter.environments.length === 0 ? [] : [`in ${filter.environments.map((each) => each.name).join(', ')}`]),
    ...(filter.applications.length === 0 ? [] : [`of ${filter.applications.map((each) => each.name).join(', ')}`]),
  ].join(' ');
}

/** How it is: one that fails is not paused yet, and somebody should know. */
export function conditionOf(subscription: Pick<NotificationSubscription, 'state' | 'failures'>): {
  readonly health: 'healthy' | 'warning';
  readonly word: string;
} {
  if (subscription.state === 'paused') return { health: 'warning', word: 'paused' };
  return subscription.failures > 0 ? { health: 'warning', word: 'failing' } : { health: 'healthy', word: 'active' };
}

export const deliveryHealth = { pending: 'waiting', delivered: 'healthy', 'given-up': 'failed' } as const;

/** What one attempt said. */
export function attemptWords(attempt: NotificationDelivery['attempts'][number]): string {
  if (attempt.outcome === 'under-way') return 'under way';
  const took = attempt.durationMs === null ? '' : ` in ${attempt.durationMs} ms`;
  const said = attempt.detail ?? (attempt.status === null ? attempt.outcome : `answered ${attempt.status}`);
  return `${said}${took}`;
}
