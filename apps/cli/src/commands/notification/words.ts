import type { NotificationDelivery, NotificationSubscription } from '@almanac/protocol';
import type { Terminal } from '../../output/terminal.ts';
import { healthMark } from '../../output/words.ts';

export function addressWords({ address }: NotificationSubscription): string {
  return address.kind === 'webhook' ? address.url : address.to.join(', ');
}

export function filterWords({ filter }: NotificationSubscription): string {
  const parts = [
    filter.events.length === 0 ? 'everything' : filter.events.join(', '),
    ...(filter.environments.length === 0 ? [] : [`in ${filter.environments.map((each) => each.name).join(', ')}`]),
    ...(filter.applications.length === 0 ? [] : [`of ${filter.applications.map((each) => each.name).join(', ')}`]),
  ];
  return parts.join(' ');
}

export function stateWords(terminal: Terminal, subscription: NotificationSubscription): string {
  if (subscription.state === 'paused') return `${healthMark(terminal, 'warning')} paused`;
  return subscription.failures > 0
    ? `${healthMark(terminal, 'warning')} failing`
    : `${healthMark(terminal, 'healthy')} active`;
}

const health = { pending: 'waiting', delivered: 'healthy', 'given-up': 'failed' } as const;

export function deliveryWords(terminal: Terminal, { state }: NotificationDelivery): string {
  return `${healthMark(terminal, health[state])} ${state.replace('-', ' ')}`;
}

/** How the last attempt went. */
export function attemptWords(delivery: NotificationDelivery): string {
  const last = delivery.attempts.at(-1);
  if (last === undefined) return '';
  const status = last.status === null ? '' : `${last.status} `;
  const took = last.durationMs === null ? '' : `in ${last.durationMs} ms`;
  return last.outcome === 'delivered'
    ? `${status}${took}${last.detail === null ? '' : `, ${last.detail}`}`
    : (last.detail ?? last.outcome);
}
